package main

import (
	"context"
	"fmt"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/leaderelection"
	"k8s.io/client-go/tools/leaderelection/resourcelock"
)

// takePart stands for election under a name, for terms of so many seconds, prints `leads NAME` and `stopped NAME`, and what it learns of others:
// `leader NAME`.
func takePart(ctx context.Context, namespace, name string, seconds int) error {
	term := time.Duration(seconds) * time.Second
	config, err := configure()
	if err != nil {
		return err
	}
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return err
	}
	leaderelection.RunOrDie(ctx, leaderelection.LeaderElectionConfig{
		Lock: &resourcelock.LeaseLock{
			LeaseMeta:  metav1.ObjectMeta{Namespace: namespace, Name: "captain"},
			Client:     client.CoordinationV1(),
			LockConfig: resourcelock.ResourceLockConfig{Identity: name},
		},
		LeaseDuration: term,
		RenewDeadline: term * 2 / 3,
		RetryPeriod:   term / 8,
		Callbacks: leaderelection.LeaderCallbacks{
			OnStartedLeading: func(context.Context) { fmt.Printf("leads %s\n", name) },
			OnStoppedLeading: func() { fmt.Printf("stopped %s\n", name) },
			OnNewLeader:      func(identity string) { fmt.Printf("leader %s\n", identity) },
		},
	})
	return nil
}
