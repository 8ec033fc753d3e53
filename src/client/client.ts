import type { KubeObject, ListMeta, ResourceType, Status } from '../machinery/index.ts';
import type { PatchType, RequestOptions, ResourceRequest, Transport, Watch, WatchSink } from './transport.ts';

/** Names one object; without `namespace` for cluster-scoped kinds. */
export interface ObjectRef {
  readonly name: string;
  readonly namespace?: string | undefined;
}

export interface ObjectList<T extends KubeObject> extends KubeObject {
  readonly metadata: ListMeta;
  readonly items: readonly T[];
}

type ListOptions = RequestOptions & { readonly namespace?: string | undefined };

/**
 * A typed client over any transport: `client.get(pods, { namespace: 'default', name: 'a' })` resolves to a `Pod`.
 * Every failure is a `StatusError`.
 */
export class Client {
  readonly transport: Transport;

  constructor(transport: Transport) {
    this.transport = transport;
  }

  get<T extends KubeObject>(type: ResourceType<T>, ref: ObjectRef, options?: RequestOptions): Promise<T> {
    return this.#request<T>({ verb: 'get', type, namespace: ref.namespace, name: ref.name, options });
  }

  list<T extends KubeObject>(type: ResourceType<T>, options: ListOptions = {}): Promise<ObjectList<T>> {
    return this.#request<ObjectList<T>>({ verb: 'list', type, namespace: options.namespace, options });
  }

  watch(type: ResourceType, options: ListOptions, sink: WatchSink): Watch {
    return this.transport.watch({ verb: 'watch', type, namespace: options.namespace, options }, sink);
  }

  create<T extends KubeObject>(type: ResourceType<T>, object: T, options?: RequestOptions): Promise<T> {
    const { namespace } = object.metadata;
    return this.#request<T>({ verb: 'create', type, namespace, body: object, options });
  }

  /** Creates through a subresource (`binding`, `eviction`, `token`): the answer's shape depends on which. */
  createSubresource(
    type: ResourceType,
    subresource: string,
    ref: ObjectRef,
    body: unknown,
    options?: RequestOptions,
  ): Promise<KubeObject> {
    return this.#request({
      verb: 'create',
      type,
      subresource,
      namespace: ref.namespace,
      name: ref.name,
      body,
      options,
    });
  }

  /** Replaces the object; its `metadata.resourceVersion`, when set, must still be the current one. */
  update<T extends KubeObject>(
    type: ResourceType<T>,
    object: T,
    options?: RequestOptions,
    subresource?: string,
  ): Promise<T> {
    const { name, namespace } = object.metadata;
    return this.#request<T>({ verb: 'update', type, subresource, namespace, name, body: object, options });
  }

  updateStatus<T extends KubeObject>(type: ResourceType<T>, object: T, options?: RequestOptions): Promise<T> {
    return this.update(type, object, options, 'status');
  }

  patch<T extends KubeObject>(
    type: ResourceType<T>,
    ref: ObjectRef,
    patchType: PatchType,
    patch: unknown,
    options?: RequestOptions,
    subresource?: string,
  ): Promise<T> {
    const { name, namespace } = ref;
    return this.#request<T>({ verb: 'patch', type, subresource, namespace, name, patchType, body: patch, options });
  }

  /** Resolves to the object while finalizers or a grace period keep it, or to a Status when it is gone. */
  delete<T extends KubeObject>(type: ResourceType<T>, ref: ObjectRef, options?: RequestOptions): Promise<T | Status> {
    return this.#request<T>({ verb: 'delete', type, namespace: ref.namespace, name: ref.name, options });
  }

  deleteCollection(type: ResourceType, options: ListOptions = {}): Promise<KubeObject> {
    return this.#request({ verb: 'deletecollection', type, namespace: options.namespace, options });
  }

  #request<T extends KubeObject>(request: ResourceRequest): Promise<T> {
    return this.transport.request(request) as Promise<T>;
  }
}
