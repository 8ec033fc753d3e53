package main

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

var boatVersion = schema.GroupVersion{Group: "example.com", Version: "v1"}

// Boat is the operator's own kind: it keeps a ConfigMap with a line for each of its crew.
type Boat struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`
	Spec              BoatSpec   `json:"spec,omitempty"`
	Status            BoatStatus `json:"status,omitempty"`
}

type BoatSpec struct {
	Crew int32  `json:"crew,omitempty"`
	Sail string `json:"sail,omitempty"`
}

type BoatStatus struct {
	Aboard             int32              `json:"aboard,omitempty"`
	ObservedGeneration int64              `json:"observedGeneration,omitempty"`
	Conditions         []metav1.Condition `json:"conditions,omitempty"`
}

// BoatList is what a list of boats is.
type BoatList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`
	Items           []Boat `json:"items"`
}

func (b *Boat) DeepCopyObject() runtime.Object {
	copied := *b
	copied.ObjectMeta = *b.ObjectMeta.DeepCopy()
	copied.Status.Conditions = append([]metav1.Condition(nil), b.Status.Conditions...)
	return &copied
}

func (l *BoatList) DeepCopyObject() runtime.Object {
	copied := *l
	copied.ListMeta = *l.ListMeta.DeepCopy()
	copied.Items = nil
	for index := range l.Items {
		copied.Items = append(copied.Items, *l.Items[index].DeepCopyObject().(*Boat))
	}
	return &copied
}

func addBoats(scheme *runtime.Scheme) error {
	scheme.AddKnownTypes(boatVersion, &Boat{}, &BoatList{})
	metav1.AddToGroupVersion(scheme, boatVersion)
	return nil
}
