package main

import (
	"context"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/tools/events"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller/controllerutil"
)

const finalizer = "boats.example.com/moor"

type boatReconciler struct {
	client client.Client
	events events.EventRecorder
}

// Reconcile keeps the boat's ConfigMap and status; a boat that goes moors first, which a second ConfigMap shows.
func (r *boatReconciler) Reconcile(ctx context.Context, request ctrl.Request) (ctrl.Result, error) {
	boat := &Boat{}
	if err := r.client.Get(ctx, request.NamespacedName, boat); err != nil {
		return ctrl.Result{}, client.IgnoreNotFound(err)
	}
	if !boat.DeletionTimestamp.IsZero() {
		return ctrl.Result{}, r.moor(ctx, boat)
	}
	if controllerutil.AddFinalizer(boat, finalizer) {
		if err := r.client.Update(ctx, boat); err != nil {
			return ctrl.Result{}, err
		}
	}
	crew := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Namespace: boat.Namespace, Name: boat.Name + "-crew"}}
	outcome, err := controllerutil.CreateOrUpdate(ctx, r.client, crew, func() error {
		crew.Data = map[string]string{}
		for index := range boat.Spec.Crew {
			crew.Data[fmt.Sprintf("sailor-%d", index)] = boat.Spec.Sail
		}
		return controllerutil.SetControllerReference(boat, crew, r.client.Scheme())
	})
	if err != nil {
		return ctrl.Result{}, err
	}
	if outcome == controllerutil.OperationResultCreated {
		r.events.Eventf(boat, nil, corev1.EventTypeNormal, "Boarded", "Board", "%d came aboard", boat.Spec.Crew)
	}
	before := client.MergeFrom(boat.DeepCopyObject().(*Boat))
	boat.Status.Aboard = boat.Spec.Crew
	boat.Status.ObservedGeneration = boat.Generation
	meta.SetStatusCondition(&boat.Status.Conditions, metav1.Condition{
		Type: "Ready", Status: metav1.ConditionTrue, Reason: "Aboard", Message: "all are aboard",
		ObservedGeneration: boat.Generation,
	})
	return ctrl.Result{}, r.client.Status().Patch(ctx, boat, before)
}

func (r *boatReconciler) moor(ctx context.Context, boat *Boat) error {
	moored := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Namespace: boat.Namespace, Name: boat.Name + "-moored"}}
	if err := client.IgnoreAlreadyExists(r.client.Create(ctx, moored)); err != nil {
		return err
	}
	controllerutil.RemoveFinalizer(boat, finalizer)
	return r.client.Update(ctx, boat)
}
