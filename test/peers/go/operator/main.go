// Command operator is a real operator in small, written with controller-runtime: a kind of its own, a controller with
// owned objects, a finalizer and status, and webhooks that default and validate.
//
//	operator WEBHOOK_PORT CERTIFICATE_DIRECTORY
//
// Prints `ready` once its manager runs.
package main

import (
	"context"
	"fmt"
	"os"
	"strconv"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/log/zap"
	"sigs.k8s.io/controller-runtime/pkg/manager"
	"sigs.k8s.io/controller-runtime/pkg/metrics/server"
	"sigs.k8s.io/controller-runtime/pkg/webhook"
)

func main() {
	if err := run(ctrl.SetupSignalHandler()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	if len(os.Args) != 3 {
		return fmt.Errorf("usage: operator WEBHOOK_PORT CERTIFICATE_DIRECTORY")
	}
	port, err := strconv.Atoi(os.Args[1])
	if err != nil {
		return err
	}
	ctrl.SetLogger(zap.New(zap.WriteTo(os.Stderr)))
	scheme := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{clientgoscheme.AddToScheme, addBoats} {
		if err := add(scheme); err != nil {
			return err
		}
	}
	config, err := ctrl.GetConfig()
	if err != nil {
		return err
	}
	boss, err := ctrl.NewManager(config, ctrl.Options{
		Scheme:                  scheme,
		Metrics:                 server.Options{BindAddress: "0"},
		LeaderElection:          true,
		LeaderElectionID:        "boats.example.com",
		LeaderElectionNamespace: "default",
		WebhookServer:           webhook.NewServer(webhook.Options{Host: "127.0.0.1", Port: port, CertDir: os.Args[2]}),
	})
	if err != nil {
		return err
	}
	reconciler := &boatReconciler{client: boss.GetClient(), events: boss.GetEventRecorder("boats")}
	if err := ctrl.NewControllerManagedBy(boss).For(&Boat{}).Owns(&corev1.ConfigMap{}).Complete(reconciler); err != nil {
		return err
	}
	if err := ctrl.NewWebhookManagedBy(boss, &Boat{}).WithDefaulter(&boatDefaulter{}).WithValidator(&boatValidator{}).Complete(); err != nil {
		return err
	}
	return startAndTell(ctx, boss)
}

func startAndTell(ctx context.Context, boss manager.Manager) error {
	go func() {
		<-boss.Elected()
		if boss.GetCache().WaitForCacheSync(ctx) {
			fmt.Println("ready")
		}
	}()
	return boss.Start(ctx)
}
