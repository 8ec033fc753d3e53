import { type Client, type Informers, KeyedWorker, type ServedTypes } from '../../client/index.ts';
import { type KubeObject, type OwnerReference, type ResourceType, StatusError } from '../../machinery/index.ts';
import type { World } from '../../world/index.ts';
import { type GraphNode, OwnershipGraph } from './ownership-graph.ts';

const orphanFinalizer = 'orphan';
const foregroundFinalizer = 'foregroundDeletion';

/** Kubernetes: events are too many and own nothing. */
const ignored: ReadonlySet<string> = new Set(['/events', 'events.k8s.io/events']);

/**
 * Deletes what has lost all its owners, keeps an owner that is deleted in the foreground until what blocks it is gone,
 * and lets dependents of an orphaning owner go free. It watches every kind there is, CRDs included.
 *
 * Kubernetes: pkg/controller/garbagecollector.
 */
export class GarbageCollector {
  readonly #client: Client;
  readonly #informers: Informers;
  readonly #types: ServedTypes;
  readonly #graph = new OwnershipGraph();
  readonly #worker: KeyedWorker;
  readonly #watched = new Set<string>();
  /** Owners known to be gone: saves asking again for each dependent. Cleared when it grows. */
  readonly #absent = new Set<string>();
  #stopListening: (() => void) | undefined;

  constructor(world: World, client: Client, informers: Informers, types: ServedTypes) {
    this.#client = client;
    this.#informers = informers;
    this.#types = types;
    this.#worker = new KeyedWorker(world, {
      name: 'garbage-collector',
      concurrency: 20,
      work: uid => this.#collect(uid),
    });
  }

  get isIdle(): boolean {
    return this.#worker.isIdle;
  }

  start(): void {
    this.#watchAll();
    this.#stopListening = this.#types.onChange(() => this.#watchAll());
  }

  stop(): void {
    this.#stopListening?.();
    this.#worker.stop();
  }

  #watchAll(): void {
    for (const type of this.#types.list()) {
      const id = `${type.group}/${type.resource}`;
      if (ignored.has(id) || this.#watched.has(id)) continue;
      this.#watched.add(id);
      this.#informers.of(type).onChange((object, previous) => this.#take(type, object, previous));
    }
  }

  #take(type: ResourceType, object: KubeObject | undefined, previous: KubeObject | undefined): void {
    if (object === undefined) {
      this.#takeDeletion(previous!);
      return;
    }
    const hasOwners = this.#graph.set(type, object) && object.metadata.ownerReferences !== undefined;
    const isDeleting = object.metadata.deletionTimestamp !== undefined;
    if (hasOwners || (isDeleting && object.metadata.finalizers !== undefined))
      this.#worker.add(object.metadata.uid ?? '');
  }

  #takeDeletion(object: KubeObject): void {
    const uid = object.metadata.uid ?? '';
    const dependents = this.#graph.dependentsOf(uid);
    this.#graph.delete(uid);
    if (dependents.length > 0) this.#rememberAbsent(uid);
    for (const dependent of dependents) this.#worker.add(dependent.uid);
    // An owner in foreground deletion may have waited for just this one.
    for (const owner of object.metadata.ownerReferences ?? []) {
      const node = this.#graph.get(owner.uid);
      if (node !== undefined && isWaitingForDependents(node.object)) this.#worker.add(owner.uid);
    }
  }

  async #collect(uid: string): Promise<undefined> {
    const node = this.#graph.get(uid);
    if (node === undefined) return undefined;
    const { metadata } = node.object;
    if (metadata.deletionTimestamp !== undefined) {
      if (metadata.finalizers?.includes(orphanFinalizer)) await this.#orphanDependents(node);
      else if (isWaitingForDependents(node.object)) await this.#finishForeground(node);
      return undefined;
    }
    if (metadata.ownerReferences === undefined || metadata.ownerReferences.length === 0) return undefined;
    await this.#judge(node, metadata.ownerReferences);
    return undefined;
  }

  async #judge(node: GraphNode, owners: readonly OwnerReference[]): Promise<void> {
    const gone = new Set<string>();
    const waiting = new Set<string>();
    for (const owner of owners) {
      const state = await this.#stateOf(owner, node);
      if (state === 'gone') gone.add(owner.uid);
      else if (state === 'waiting') waiting.add(owner.uid);
    }
    const solid = owners.length - gone.size - waiting.size;
    if (solid > 0) {
      if (gone.size + waiting.size > 0) await this.#dropOwners(node, uid => gone.has(uid) || waiting.has(uid));
      return;
    }
    if (waiting.size > 0 && this.#graph.dependentsOf(node.uid).length > 0) {
      await this.#delete(node, 'Foreground');
      return;
    }
    await this.#delete(node, propagationOf(node.object));
  }

  async #stateOf(owner: OwnerReference, node: GraphNode): Promise<'solid' | 'waiting' | 'gone'> {
    const known = this.#graph.get(owner.uid);
    if (known !== undefined)
      return isWaitingForDependents(known.object) && owner.blockOwnerDeletion === true ? 'waiting' : 'solid';
    if (this.#absent.has(owner.uid)) return 'gone';
    const type = this.#types.findKind(owner.apiVersion, owner.kind);
    // A kind that is not served may come back (its CRD was replaced): better to keep than to lose.
    if (type === undefined) return 'solid';
    const namespace = type.namespaced ? node.object.metadata.namespace : undefined;
    try {
      const live = await this.#client.get(type, { name: owner.name, namespace });
      if (live.metadata.uid === owner.uid) return isWaitingForDependents(live) ? 'waiting' : 'solid';
    } catch (error) {
      if (!StatusError.is(error, 'NotFound')) throw error;
    }
    this.#rememberAbsent(owner.uid);
    return 'gone';
  }

  #rememberAbsent(uid: string): void {
    if (this.#absent.size >= 10_000) this.#absent.clear();
    this.#absent.add(uid);
  }

  async #orphanDependents(node: GraphNode): Promise<void> {
    await Promise.all(this.#graph.dependentsOf(node.uid).map(each => this.#dropOwners(each, uid => uid === node.uid)));
    await this.#dropFinalizer(node, orphanFinalizer);
  }

  async #finishForeground(node: GraphNode): Promise<void> {
    const blocking = this.#graph
      .dependentsOf(node.uid)
      .filter(({ object }) =>
        object.metadata.ownerReferences?.some(owner => owner.uid === node.uid && owner.blockOwnerDeletion === true),
      );
    if (blocking.length === 0) {
      await this.#dropFinalizer(node, foregroundFinalizer);
      return;
    }
    for (const { uid, object } of blocking) if (object.metadata.deletionTimestamp === undefined) this.#worker.add(uid);
  }

  async #delete(node: GraphNode, propagationPolicy: 'Orphan' | 'Foreground' | 'Background'): Promise<void> {
    const { name = '', namespace, uid = '', resourceVersion = '' } = node.object.metadata;
    const preconditions = { uid, resourceVersion };
    await this.#ignoreMissing(
      this.#client.delete(node.type, { name, namespace }, { propagationPolicy, preconditions }),
    );
  }

  async #dropOwners(node: GraphNode, isDropped: (uid: string) => boolean): Promise<void> {
    const before = node.object.metadata.ownerReferences ?? [];
    const ownerReferences = before.filter(owner => !isDropped(owner.uid));
    if (ownerReferences.length !== before.length) await this.#patchMetadata(node, { ownerReferences });
  }

  async #dropFinalizer(node: GraphNode, finalizer: string): Promise<void> {
    const finalizers = node.object.metadata.finalizers?.filter(each => each !== finalizer) ?? [];
    await this.#patchMetadata(node, { finalizers });
  }

  /** The resourceVersion makes the patch fail when the object has changed meanwhile; then it is looked at again. */
  async #patchMetadata(node: GraphNode, change: Readonly<Record<string, unknown>>): Promise<void> {
    const { name = '', namespace, uid, resourceVersion } = node.object.metadata;
    const patch = { metadata: { uid, resourceVersion, ...change } };
    await this.#ignoreMissing(this.#client.patch(node.type, { name, namespace }, 'merge', patch));
  }

  async #ignoreMissing(request: Promise<unknown>): Promise<void> {
    try {
      await request;
    } catch (error) {
      if (!StatusError.is(error, 'NotFound')) throw error;
    }
  }
}

function isWaitingForDependents(object: KubeObject): boolean {
  const { deletionTimestamp, finalizers } = object.metadata;
  return deletionTimestamp !== undefined && finalizers?.includes(foregroundFinalizer) === true;
}

function propagationOf(object: KubeObject): 'Orphan' | 'Foreground' | 'Background' {
  const { finalizers } = object.metadata;
  if (finalizers?.includes(orphanFinalizer)) return 'Orphan';
  return finalizers?.includes(foregroundFinalizer) ? 'Foreground' : 'Background';
}
