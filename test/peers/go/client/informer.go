package main

import (
	"context"
	"fmt"
	"sync"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/cache"
)

// watchConfigMaps prints `add NAME VALUE`, `update NAME VALUE` and `delete NAME` as an informer tells of them, and
// `synced` once it knows all that was there.
func watchConfigMaps(ctx context.Context, namespace string) error {
	config, err := configure()
	if err != nil {
		return err
	}
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return err
	}
	factory := informers.NewSharedInformerFactoryWithOptions(client, 0, informers.WithNamespace(namespace))
	informer := factory.Core().V1().ConfigMaps()
	var lock sync.Mutex
	say := func(format string, values ...any) {
		lock.Lock()
		defer lock.Unlock()
		fmt.Printf(format+"\n", values...)
	}
	if _, err := informer.Informer().AddEventHandler(cache.ResourceEventHandlerFuncs{
		AddFunc: func(object any) {
			configMap := object.(*corev1.ConfigMap)
			say("add %s %s", configMap.Name, configMap.Data["value"])
		},
		UpdateFunc: func(before, object any) {
			configMap := object.(*corev1.ConfigMap)
			if before.(*corev1.ConfigMap).ResourceVersion != configMap.ResourceVersion {
				say("update %s %s", configMap.Name, configMap.Data["value"])
			}
		},
		DeleteFunc: func(object any) {
			if gone, isUnknown := object.(cache.DeletedFinalStateUnknown); isUnknown {
				object = gone.Obj
			}
			say("delete %s", object.(*corev1.ConfigMap).Name)
		},
	}); err != nil {
		return err
	}
	factory.Start(ctx.Done())
	factory.WaitForCacheSync(ctx.Done())
	say("synced")
	<-ctx.Done()
	factory.Shutdown()
	return nil
}
