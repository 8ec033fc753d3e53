package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	authenticationv1 "k8s.io/api/authentication/v1"
	authorizationv1 "k8s.io/api/authorization/v1"
	corev1 "k8s.io/api/core/v1"
	policyv1 "k8s.io/api/policy/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/watch"
	applyapps "k8s.io/client-go/applyconfigurations/apps/v1"
	applycore "k8s.io/client-go/applyconfigurations/core/v1"
	applymeta "k8s.io/client-go/applyconfigurations/meta/v1"
	"k8s.io/client-go/discovery"
	"k8s.io/client-go/discovery/cached/memory"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/dynamic/dynamicinformer"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/kubernetes/scheme"
	typedcore "k8s.io/client-go/kubernetes/typed/core/v1"
	"k8s.io/client-go/metadata"
	"k8s.io/client-go/openapi3"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/restmapper"
	"k8s.io/client-go/scale"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/tools/pager"
	"k8s.io/client-go/tools/record"
	watchtools "k8s.io/client-go/tools/watch"
	"k8s.io/client-go/util/retry"
)

var configMapResource = schema.GroupVersionResource{Version: "v1", Resource: "configmaps"}

type call struct {
	name string
	run  func(context.Context, *callers) error
}

// callers are the clients of every sort over one configuration.
type callers struct {
	namespace  string
	config     *rest.Config
	typed      *kubernetes.Clientset
	dynamic    dynamic.Interface
	metadata   metadata.Interface
	discovery  discovery.CachedDiscoveryInterface
	restMapper *restmapper.DeferredDiscoveryRESTMapper
}

func makeCalls(ctx context.Context, namespace string) error {
	config, err := configure()
	if err != nil {
		return err
	}
	clients := &callers{namespace: namespace, config: config}
	if clients.typed, err = kubernetes.NewForConfig(config); err != nil {
		return err
	}
	if clients.dynamic, err = dynamic.NewForConfig(config); err != nil {
		return err
	}
	if clients.metadata, err = metadata.NewForConfig(config); err != nil {
		return err
	}
	clients.discovery = memory.NewMemCacheClient(clients.typed.Discovery())
	clients.restMapper = restmapper.NewDeferredDiscoveryRESTMapper(clients.discovery)
	for _, one := range calls {
		limited, cancel := context.WithTimeout(ctx, 30*time.Second)
		err := one.run(limited, clients)
		cancel()
		if err != nil {
			fmt.Printf("failed %s: %s\n", one.name, strings.ReplaceAll(err.Error(), "\n", " "))
		} else {
			fmt.Printf("ok %s\n", one.name)
		}
	}
	return nil
}

var calls = []call{
	{"discovery: groups, resources and the server's version", discover},
	{"discovery: a RESTMapper finds kinds, resources and short names", mapKinds},
	{"OpenAPI v3: a group and version, with a kind in it", readOpenAPI},
	{"typed client: create, get, update, patch, list, delete", useTyped},
	{"typed client: an update of what has changed meanwhile conflicts, and RetryOnConflict mends it", retryConflict},
	{"typed client: the reasons of errors are recognised", recogniseErrors},
	{"dynamic client: create, get, update, patch, list, delete", useDynamic},
	{"dynamic client: an informer over unstructured objects", useDynamicInformer},
	{"metadata client: list and watch as PartialObjectMetadata", useMetadata},
	{"server-side apply: apply configurations, conflicts, force, extract and give up", useApply},
	{"pager: a list in chunks is whole", usePager},
	{"watch: from a list's version on, with a bookmark at last", useWatch},
	{"watch list: initial events end with their bookmark", useWatchList},
	{"watch tools: until a condition holds", useUntil},
	{"subresources: status, scale, eviction, ServiceAccount tokens", useSubresources},
	{"reviews: who am I, and what may I do", useReviews},
	{"events: a recorder's events arrive and are counted", useRecorder},
	{"selectors: labels, fields, and deletion of a collection", useSelectors},
}

func expect(holds bool, format string, values ...any) error {
	if holds {
		return nil
	}
	return fmt.Errorf(format, values...)
}

func discover(ctx context.Context, c *callers) error {
	version, err := c.typed.Discovery().ServerVersion()
	if err != nil {
		return err
	}
	groups, lists, err := c.typed.Discovery().ServerGroupsAndResources()
	if err != nil {
		return err
	}
	preferred, err := c.typed.Discovery().ServerPreferredNamespacedResources()
	if err != nil {
		return err
	}
	return errors.Join(
		expect(version.Major == "1" && version.Minor == "36", "version %s.%s", version.Major, version.Minor),
		expect(len(groups) > 15 && len(lists) > 20, "%d groups, %d versions", len(groups), len(lists)),
		expect(len(preferred) > 10, "%d preferred lists", len(preferred)),
	)
}

func mapKinds(ctx context.Context, c *callers) error {
	mapping, err := c.restMapper.RESTMapping(schema.GroupKind{Group: "apps", Kind: "Deployment"})
	if err != nil {
		return err
	}
	expander := restmapper.NewShortcutExpander(c.restMapper, c.discovery, func(string) {})
	short, err := expander.ResourceFor(schema.GroupVersionResource{Resource: "sts"})
	if err != nil {
		return err
	}
	_, err = c.restMapper.RESTMapping(schema.GroupKind{Group: "nowhere.example", Kind: "Nothing"})
	return errors.Join(
		expect(mapping.Resource.Resource == "deployments" && mapping.Resource.Version == "v1", "%v", mapping.Resource),
		expect(short.Resource == "statefulsets", "%v", short),
		expect(err != nil, "a kind that nobody serves was found"),
	)
}

func readOpenAPI(ctx context.Context, c *callers) error {
	root := openapi3.NewRoot(c.typed.Discovery().OpenAPIV3())
	spec, err := root.GVSpec(schema.GroupVersion{Group: "apps", Version: "v1"})
	if err != nil {
		return err
	}
	return expect(spec.Components.Schemas["io.k8s.api.apps.v1.Deployment"] != nil, "no Deployment among the schemas")
}

func useTyped(ctx context.Context, c *callers) error {
	client := c.typed.CoreV1().ConfigMaps(c.namespace)
	made, err := client.Create(ctx, &corev1.ConfigMap{
		ObjectMeta: metav1.ObjectMeta{GenerateName: "typed-"},
		Data:       map[string]string{"a": "1"},
		BinaryData: map[string][]byte{"b": {0, 255, 1}},
	}, metav1.CreateOptions{FieldManager: "typed"})
	if err != nil {
		return err
	}
	made.Data["a"] = "2"
	if _, err = client.Update(ctx, made, metav1.UpdateOptions{}); err != nil {
		return err
	}
	for patchType, patch := range map[types.PatchType]string{
		types.MergePatchType:          `{"data":{"merge":"yes"}}`,
		types.StrategicMergePatchType: `{"data":{"strategic":"yes"}}`,
		types.JSONPatchType:           `[{"op":"add","path":"/data/json","value":"yes"}]`,
	} {
		if _, err = client.Patch(ctx, made.Name, patchType, []byte(patch), metav1.PatchOptions{}); err != nil {
			return err
		}
	}
	got, err := client.Get(ctx, made.Name, metav1.GetOptions{})
	if err != nil {
		return err
	}
	list, err := client.List(ctx, metav1.ListOptions{FieldSelector: "metadata.name=" + made.Name})
	if err != nil {
		return err
	}
	if err = client.Delete(ctx, made.Name, *metav1.NewPreconditionDeleteOptions(string(made.UID))); err != nil {
		return err
	}
	_, err = client.Get(ctx, made.Name, metav1.GetOptions{})
	return errors.Join(
		expect(len(got.Data) == 4 && got.Data["a"] == "2", "%v", got.Data),
		expect(string(got.BinaryData["b"]) == "\x00\xff\x01", "%v", got.BinaryData),
		expect(len(list.Items) == 1 && list.ResourceVersion != "", "%d items", len(list.Items)),
		expect(apierrors.IsNotFound(err), "after its deletion: %v", err),
	)
}

func retryConflict(ctx context.Context, c *callers) error {
	client := c.typed.CoreV1().ConfigMaps(c.namespace)
	made, err := client.Create(ctx, &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: "busy"}}, metav1.CreateOptions{})
	if err != nil {
		return err
	}
	other := made.DeepCopy()
	other.Data = map[string]string{"other": "was here"}
	if _, err = client.Update(ctx, other, metav1.UpdateOptions{}); err != nil {
		return err
	}
	conflicts := 0
	err = retry.RetryOnConflict(retry.DefaultRetry, func() error {
		made.Data = map[string]string{"mine": "too"}
		_, err := client.Update(ctx, made, metav1.UpdateOptions{})
		if apierrors.IsConflict(err) {
			conflicts++
			made, _ = client.Get(ctx, "busy", metav1.GetOptions{})
		}
		return err
	})
	return errors.Join(err, expect(conflicts == 1, "%d conflicts", conflicts), client.Delete(ctx, "busy", metav1.DeleteOptions{}))
}

func recogniseErrors(ctx context.Context, c *callers) error {
	client := c.typed.CoreV1().ConfigMaps(c.namespace)
	object := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: "twice"}}
	if _, err := client.Create(ctx, object, metav1.CreateOptions{}); err != nil {
		return err
	}
	_, exists := client.Create(ctx, object, metav1.CreateOptions{})
	_, invalid := client.Create(ctx, &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: "Not A Name"}}, metav1.CreateOptions{})
	impersonated := rest.CopyConfig(c.config)
	impersonated.Impersonate = rest.ImpersonationConfig{UserName: "nobody-knows"}
	stranger, err := kubernetes.NewForConfig(impersonated)
	if err != nil {
		return err
	}
	_, forbidden := stranger.CoreV1().Secrets(c.namespace).List(ctx, metav1.ListOptions{})
	anonymous := rest.AnonymousClientConfig(c.config)
	anonymous.BearerToken = "not-a-token"
	guest, err := kubernetes.NewForConfig(anonymous)
	if err != nil {
		return err
	}
	_, unauthorized := guest.CoreV1().Secrets(c.namespace).List(ctx, metav1.ListOptions{})
	_, expired := client.List(ctx, metav1.ListOptions{Limit: 1, Continue: "nonsense"})
	return errors.Join(
		expect(apierrors.IsAlreadyExists(exists), "already exists: %v", exists),
		expect(apierrors.IsInvalid(invalid), "invalid: %v", invalid),
		expect(apierrors.IsForbidden(forbidden), "forbidden: %v", forbidden),
		expect(apierrors.IsUnauthorized(unauthorized), "unauthorized: %v", unauthorized),
		expect(apierrors.IsBadRequest(expired), "a token that is none: %v", expired),
		client.Delete(ctx, "twice", metav1.DeleteOptions{}),
	)
}

func useDynamic(ctx context.Context, c *callers) error {
	client := c.dynamic.Resource(configMapResource).Namespace(c.namespace)
	object := &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "v1", "kind": "ConfigMap",
		"metadata": map[string]any{"name": "dynamic"},
		"data":     map[string]any{"a": "1"},
	}}
	made, err := client.Create(ctx, object, metav1.CreateOptions{})
	if err != nil {
		return err
	}
	if err = unstructured.SetNestedField(made.Object, "2", "data", "a"); err != nil {
		return err
	}
	if _, err = client.Update(ctx, made, metav1.UpdateOptions{}); err != nil {
		return err
	}
	if _, err = client.Patch(ctx, "dynamic", types.MergePatchType, []byte(`{"data":{"b":"3"}}`), metav1.PatchOptions{}); err != nil {
		return err
	}
	list, err := client.List(ctx, metav1.ListOptions{})
	if err != nil {
		return err
	}
	got, err := client.Get(ctx, "dynamic", metav1.GetOptions{})
	if err != nil {
		return err
	}
	data, _, _ := unstructured.NestedStringMap(got.Object, "data")
	return errors.Join(
		expect(data["a"] == "2" && data["b"] == "3", "%v", data),
		expect(len(list.Items) > 0 && list.GetKind() == "ConfigMapList", "%s of %d", list.GetKind(), len(list.Items)),
		client.Delete(ctx, "dynamic", metav1.DeleteOptions{}),
	)
}

func useDynamicInformer(ctx context.Context, c *callers) error {
	limited, stop := context.WithCancel(ctx)
	defer stop()
	factory := dynamicinformer.NewFilteredDynamicSharedInformerFactory(c.dynamic, 0, c.namespace, nil)
	told := make(chan string, 100)
	informer := factory.ForResource(configMapResource).Informer()
	if _, err := informer.AddEventHandler(cache.ResourceEventHandlerFuncs{
		AddFunc: func(object any) { told <- object.(*unstructured.Unstructured).GetName() },
	}); err != nil {
		return err
	}
	factory.Start(limited.Done())
	factory.WaitForCacheSync(limited.Done())
	client := c.typed.CoreV1().ConfigMaps(c.namespace)
	if _, err := client.Create(ctx, &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: "informed"}}, metav1.CreateOptions{}); err != nil {
		return err
	}
	for {
		select {
		case name := <-told:
			if name == "informed" {
				return client.Delete(ctx, name, metav1.DeleteOptions{})
			}
		case <-ctx.Done():
			return errors.New("the informer was told nothing")
		}
	}
}

func useMetadata(ctx context.Context, c *callers) error {
	client := c.metadata.Resource(configMapResource).Namespace(c.namespace)
	list, err := client.List(ctx, metav1.ListOptions{})
	if err != nil {
		return err
	}
	watcher, err := client.Watch(ctx, metav1.ListOptions{ResourceVersion: list.ResourceVersion})
	if err != nil {
		return err
	}
	defer watcher.Stop()
	typed := c.typed.CoreV1().ConfigMaps(c.namespace)
	labels := map[string]string{"is": "partial"}
	if _, err = typed.Create(ctx, &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: "partial", Labels: labels}}, metav1.CreateOptions{}); err != nil {
		return err
	}
	event := <-watcher.ResultChan()
	partial, isPartial := event.Object.(*metav1.PartialObjectMetadata)
	return errors.Join(
		expect(isPartial && partial.Labels["is"] == "partial", "%s %v", event.Type, event.Object),
		client.Delete(ctx, "partial", metav1.DeleteOptions{}),
	)
}

func useApply(ctx context.Context, c *callers) error {
	client := c.typed.AppsV1().Deployments(c.namespace)
	pod := applycore.PodTemplateSpec().WithLabels(map[string]string{"app": "applied"}).WithSpec(applycore.PodSpec().
		WithContainers(applycore.Container().WithName("main").WithImage("app:1")))
	wanted := applyapps.Deployment("applied", c.namespace).WithLabels(map[string]string{"own": "mine"}).WithSpec(applyapps.
		DeploymentSpec().WithReplicas(0).WithTemplate(pod).
		WithSelector(applymeta.LabelSelector().WithMatchLabels(map[string]string{"app": "applied"})))
	if _, err := client.Apply(ctx, wanted, metav1.ApplyOptions{FieldManager: "one"}); err != nil {
		return err
	}
	theirs := applyapps.Deployment("applied", c.namespace).WithSpec(applyapps.DeploymentSpec().WithReplicas(1))
	_, conflict := client.Apply(ctx, theirs, metav1.ApplyOptions{FieldManager: "two"})
	forced, err := client.Apply(ctx, theirs, metav1.ApplyOptions{FieldManager: "two", Force: true})
	if err != nil {
		return err
	}
	extracted, err := applyapps.ExtractDeployment(forced, "two")
	if err != nil {
		return err
	}
	wanted.Labels = nil
	wanted.Spec.Replicas = nil
	given, err := client.Apply(ctx, wanted, metav1.ApplyOptions{FieldManager: "one"})
	if err != nil {
		return err
	}
	return errors.Join(
		expect(apierrors.IsConflict(conflict) && strings.Contains(conflict.Error(), `conflict with "one"`), "%v", conflict),
		expect(extracted.Spec != nil && *extracted.Spec.Replicas == 1 && extracted.Spec.Template == nil, "extracted %v", extracted.Spec),
		expect(*given.Spec.Replicas == 1 && len(given.Labels) == 0, "%d replicas, labels %v", *given.Spec.Replicas, given.Labels),
		client.Delete(ctx, "applied", metav1.DeleteOptions{}),
	)
}

func usePager(ctx context.Context, c *callers) error {
	client := c.typed.CoreV1().ConfigMaps(c.namespace)
	for index := range 25 {
		object := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: fmt.Sprintf("page-%d", index), Labels: map[string]string{"paged": "yes"}}}
		if _, err := client.Create(ctx, object, metav1.CreateOptions{}); err != nil {
			return err
		}
	}
	count, chunks := 0, 0
	lister := pager.New(func(ctx context.Context, options metav1.ListOptions) (runtime.Object, error) {
		chunks++
		return client.List(ctx, options)
	})
	lister.PageSize = 10
	err := lister.EachListItem(ctx, metav1.ListOptions{LabelSelector: "paged=yes"}, func(runtime.Object) error {
		count++
		return nil
	})
	return errors.Join(
		err,
		expect(count == 25 && chunks == 3, "%d objects in %d chunks", count, chunks),
		client.DeleteCollection(ctx, metav1.DeleteOptions{}, metav1.ListOptions{LabelSelector: "paged=yes"}),
	)
}

func useWatch(ctx context.Context, c *callers) error {
	client := c.typed.CoreV1().ConfigMaps(c.namespace)
	list, err := client.List(ctx, metav1.ListOptions{})
	if err != nil {
		return err
	}
	// A watch that lasts a few seconds gets its bookmark shortly before its end.
	seconds := int64(5)
	watcher, err := client.Watch(ctx, metav1.ListOptions{
		ResourceVersion: list.ResourceVersion, AllowWatchBookmarks: true, TimeoutSeconds: &seconds,
	})
	if err != nil {
		return err
	}
	defer watcher.Stop()
	if _, err = client.Create(ctx, &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: "watched"}}, metav1.CreateOptions{}); err != nil {
		return err
	}
	if err = client.Delete(ctx, "watched", metav1.DeleteOptions{}); err != nil {
		return err
	}
	seen := []string{}
	for event := range watcher.ResultChan() {
		seen = append(seen, string(event.Type))
	}
	text := strings.Join(seen, " ")
	return expect(strings.HasPrefix(text, "ADDED DELETED"), "%s", text)
}

func useWatchList(ctx context.Context, c *callers) error {
	client := c.typed.CoreV1().ConfigMaps(c.namespace)
	for _, name := range []string{"first", "second"} {
		object := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: name, Labels: map[string]string{"streamed": "yes"}}}
		if _, err := client.Create(ctx, object, metav1.CreateOptions{}); err != nil {
			return err
		}
	}
	sendInitial := true
	watcher, err := client.Watch(ctx, metav1.ListOptions{
		LabelSelector: "streamed=yes", SendInitialEvents: &sendInitial, AllowWatchBookmarks: true,
		ResourceVersionMatch: metav1.ResourceVersionMatchNotOlderThan,
	})
	if err != nil {
		return err
	}
	defer watcher.Stop()
	seen := []string{}
	for event := range watcher.ResultChan() {
		object := event.Object.(*corev1.ConfigMap)
		if event.Type == watch.Bookmark {
			ends := object.Annotations[metav1.InitialEventsAnnotationKey] == "true"
			return errors.Join(
				expect(strings.Join(seen, " ") == "ADDED first ADDED second", "%v", seen),
				expect(ends, "a bookmark without the annotation: %v", object.Annotations),
				client.DeleteCollection(ctx, metav1.DeleteOptions{}, metav1.ListOptions{LabelSelector: "streamed=yes"}),
			)
		}
		seen = append(seen, string(event.Type), object.Name)
	}
	return fmt.Errorf("the watch ended after %v", seen)
}

func useUntil(ctx context.Context, c *callers) error {
	client := c.typed.CoreV1().ConfigMaps(c.namespace)
	made, err := client.Create(ctx, &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: "awaited"}}, metav1.CreateOptions{})
	if err != nil {
		return err
	}
	go func() {
		time.Sleep(200 * time.Millisecond)
		_, _ = client.Patch(ctx, "awaited", types.MergePatchType, []byte(`{"data":{"done":"yes"}}`), metav1.PatchOptions{})
	}()
	options := cache.ToListWatcherWithWatchListSemantics(&cache.ListWatch{
		ListWithContextFunc: func(ctx context.Context, options metav1.ListOptions) (runtime.Object, error) {
			options.FieldSelector = "metadata.name=awaited"
			return client.List(ctx, options)
		},
		WatchFuncWithContext: func(ctx context.Context, options metav1.ListOptions) (watch.Interface, error) {
			options.FieldSelector = "metadata.name=awaited"
			return client.Watch(ctx, options)
		},
	}, c.typed)
	_, err = watchtools.UntilWithSync(ctx, options, made, nil, func(event watch.Event) (bool, error) {
		object, isConfigMap := event.Object.(*corev1.ConfigMap)
		return isConfigMap && object.Data["done"] == "yes", nil
	})
	return errors.Join(err, client.Delete(ctx, "awaited", metav1.DeleteOptions{}))
}

func useSubresources(ctx context.Context, c *callers) error {
	deployments := c.typed.AppsV1().Deployments(c.namespace)
	labels := map[string]string{"app": "scaled"}
	made, err := deployments.Create(ctx, &appsv1.Deployment{
		ObjectMeta: metav1.ObjectMeta{Name: "scaled"},
		Spec: appsv1.DeploymentSpec{
			Selector: &metav1.LabelSelector{MatchLabels: labels},
			Template: corev1.PodTemplateSpec{
				ObjectMeta: metav1.ObjectMeta{Labels: labels},
				Spec:       corev1.PodSpec{Containers: []corev1.Container{{Name: "main", Image: "app:1"}}},
			},
		},
	}, metav1.CreateOptions{})
	if err != nil {
		return err
	}
	resolver := scale.NewDiscoveryScaleKindResolver(c.discovery)
	scales, err := scale.NewForConfig(c.config, c.restMapper, dynamic.LegacyAPIPathResolverFunc, resolver)
	if err != nil {
		return err
	}
	resource := schema.GroupResource{Group: "apps", Resource: "deployments"}
	current, err := scales.Scales(c.namespace).Get(ctx, resource, "scaled", metav1.GetOptions{})
	if err != nil {
		return err
	}
	current.Spec.Replicas = 2
	if _, err = scales.Scales(c.namespace).Update(ctx, resource, current, metav1.UpdateOptions{}); err != nil {
		return err
	}
	scaled, err := deployments.Get(ctx, "scaled", metav1.GetOptions{})
	if err != nil {
		return err
	}
	pod, err := c.typed.CoreV1().Pods(c.namespace).Create(ctx, &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Name: "evicted"},
		Spec:       corev1.PodSpec{Containers: []corev1.Container{{Name: "main", Image: "app:1"}}},
	}, metav1.CreateOptions{})
	if err != nil {
		return err
	}
	pod.Status.Message = "told by a client"
	stated, err := c.typed.CoreV1().Pods(c.namespace).UpdateStatus(ctx, pod, metav1.UpdateOptions{})
	if err != nil {
		return err
	}
	zero := int64(0)
	if err = c.typed.PolicyV1().Evictions(c.namespace).Evict(ctx, &policyv1.Eviction{
		ObjectMeta:    metav1.ObjectMeta{Namespace: c.namespace, Name: "evicted"},
		DeleteOptions: &metav1.DeleteOptions{GracePeriodSeconds: &zero},
	}); err != nil {
		return err
	}
	token, err := c.typed.CoreV1().ServiceAccounts(c.namespace).CreateToken(ctx, "default",
		&authenticationv1.TokenRequest{Spec: authenticationv1.TokenRequestSpec{}}, metav1.CreateOptions{})
	if err != nil {
		return err
	}
	return errors.Join(
		expect(*made.Spec.Replicas == 1 && *scaled.Spec.Replicas == 2, "%d, then %d", *made.Spec.Replicas, *scaled.Spec.Replicas),
		expect(stated.Status.Message == "told by a client", "status %q", stated.Status.Message),
		expect(token.Status.Token != "" && token.Status.ExpirationTimestamp.After(time.Now()), "%v", token.Status),
		deployments.Delete(ctx, "scaled", metav1.DeleteOptions{}),
	)
}

func useReviews(ctx context.Context, c *callers) error {
	who, err := c.typed.AuthenticationV1().SelfSubjectReviews().Create(ctx, &authenticationv1.SelfSubjectReview{}, metav1.CreateOptions{})
	if err != nil {
		return err
	}
	may, err := c.typed.AuthorizationV1().SelfSubjectAccessReviews().Create(ctx, &authorizationv1.SelfSubjectAccessReview{
		Spec: authorizationv1.SelfSubjectAccessReviewSpec{
			ResourceAttributes: &authorizationv1.ResourceAttributes{Verb: "delete", Resource: "nodes"},
		},
	}, metav1.CreateOptions{})
	if err != nil {
		return err
	}
	return errors.Join(
		expect(who.Status.UserInfo.Username != "", "%v", who.Status),
		expect(may.Status.Allowed, "an administrator may not delete nodes: %s", may.Status.Reason),
	)
}

func useRecorder(ctx context.Context, c *callers) error {
	broadcaster := record.NewBroadcaster(record.WithContext(ctx))
	defer broadcaster.Shutdown()
	broadcaster.StartRecordingToSink(&typedcore.EventSinkImpl{Interface: c.typed.CoreV1().Events("")})
	recorder := broadcaster.NewRecorder(scheme.Scheme, corev1.EventSource{Component: "client"})
	about := &corev1.ObjectReference{APIVersion: "v1", Kind: "ConfigMap", Namespace: c.namespace, Name: "spoken-of"}
	for range 3 {
		recorder.Event(about, corev1.EventTypeNormal, "Spoken", "said again")
	}
	for {
		list, err := c.typed.CoreV1().Events(c.namespace).List(ctx, metav1.ListOptions{FieldSelector: "reason=Spoken"})
		if err != nil {
			return err
		}
		if len(list.Items) == 1 && list.Items[0].Count == 3 {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%d events", len(list.Items))
		case <-time.After(50 * time.Millisecond):
		}
	}
}

func useSelectors(ctx context.Context, c *callers) error {
	client := c.typed.CoreV1().Pods(c.namespace)
	for index := range 4 {
		labels := map[string]string{"selected": "yes", "tier": []string{"front", "back"}[index%2]}
		if _, err := client.Create(ctx, &corev1.Pod{
			ObjectMeta: metav1.ObjectMeta{Name: fmt.Sprintf("selected-%d", index), Labels: labels},
			Spec: corev1.PodSpec{
				NodeSelector: map[string]string{"no": "node"},
				Containers:   []corev1.Container{{Name: "main", Image: "app:1"}},
			},
		}, metav1.CreateOptions{}); err != nil {
			return err
		}
	}
	counts := []int{}
	for _, options := range []metav1.ListOptions{
		{LabelSelector: "selected in (yes),tier!=back"},
		{LabelSelector: "selected", FieldSelector: "status.phase=Pending,metadata.name!=selected-0"},
		{LabelSelector: "selected,!tier"},
		{LabelSelector: "selected", FieldSelector: "spec.nodeName=somewhere"},
	} {
		list, err := client.List(ctx, options)
		if err != nil {
			return err
		}
		counts = append(counts, len(list.Items))
	}
	zero := int64(0)
	err := client.DeleteCollection(ctx, metav1.DeleteOptions{GracePeriodSeconds: &zero}, metav1.ListOptions{LabelSelector: "selected"})
	if err != nil {
		return err
	}
	left, err := client.List(ctx, metav1.ListOptions{LabelSelector: "selected"})
	if err != nil {
		return err
	}
	return errors.Join(
		expect(fmt.Sprint(counts) == "[2 3 0 0]", "%v", counts),
		expect(len(left.Items) == 0, "%d left", len(left.Items)),
	)
}
