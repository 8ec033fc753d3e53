import { type Client, type Informers, KeyedWorker, type ServedTypes } from '../../client/index.ts';
import {
  formatGroupVersion,
  type KubeObject,
  type OwnerReference,
  parseGroupVersion,
  type ResourceType,
  StatusError,
} from '../../machinery/index.ts';
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
  /** By group and resource, in the version that is followed. */
  readonly #watched = new Map<string, ResourceType>();
  /** References to owners that are gone: saves asking again for each dependent. Cleared when it grows. */
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

  /** For metrics. */
  get queue(): KeyedWorker['queue'] {
    return this.#worker.queue;
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
    const served = new Map(this.#types.list().map(type => [`${type.group}/${type.resource}`, type]));
    for (const [id, type] of this.#watched) {
      const now = served.get(id);
      if (now?.version === type.version && now.kind === type.kind) continue;
      // Its CRD has gone, or serves it under another name.
      this.#informers.forget(type);
      this.#watched.delete(id);
    }
    for (const [id, type] of served) {
      if (ignored.has(id) || this.#watched.has(id)) continue;
      this.#watched.set(id, type);
      this.#informers.of(type).onChange((object, previous) => this.#take(type, object, previous));
    }
  }

  #take(type: ResourceType, object: KubeObject | undefined, previous: KubeObject | undefined): void {
    if (object === undefined) {
      this.#takeDeletion(previous!);
      return;
    }
    const hasNewOwners = this.#graph.set(type, object);
    // Whoever is no longer owned, or no longer blocks, may be the last one that an owner waited for.
    if (hasNewOwners && previous !== undefined) this.#wakeOwners(previous);
    const hasOwners = hasNewOwners && object.metadata.ownerReferences !== undefined;
    const isDeleting = object.metadata.deletionTimestamp !== undefined;
    if (hasOwners || (isDeleting && object.metadata.finalizers !== undefined))
      this.#worker.add(object.metadata.uid ?? '');
  }

  #wakeOwners(dependent: KubeObject): void {
    for (const owner of dependent.metadata.ownerReferences ?? []) {
      const node = this.#graph.get(owner.uid);
      if (node !== undefined && isWaitingForDependents(node.object)) this.#worker.add(owner.uid);
    }
  }

  #takeDeletion(object: KubeObject): void {
    const uid = object.metadata.uid ?? '';
    const dependents = this.#graph.dependentsOf(uid);
    this.#graph.delete(uid);
    for (const dependent of dependents) this.#worker.add(dependent.uid);
    this.#wakeOwners(object);
  }

  async #collect(uid: string): Promise<number | undefined> {
    const node = this.#graph.get(uid);
    if (node === undefined) return undefined;
    const { metadata } = node.object;
    if (metadata.deletionTimestamp !== undefined) {
      if (metadata.finalizers?.includes(orphanFinalizer)) await this.#orphanDependents(node);
      else if (isWaitingForDependents(node.object)) await this.#finishForeground(node);
      return undefined;
    }
    if (metadata.ownerReferences === undefined || metadata.ownerReferences.length === 0) return undefined;
    return this.#judge(node, metadata.ownerReferences);
  }

  /** Resolves to a delay after which to judge again, if it cannot be told now. */
  async #judge(node: GraphNode, owners: readonly OwnerReference[]): Promise<number | undefined> {
    const gone = new Set<string>();
    const waiting = new Set<string>();
    for (const owner of owners) {
      const state = await this.#stateOf(owner, node);
      // A kind that is not served may come back (its CRD is replaced): better to keep than to lose.
      if (state === 'unknown') return unknownKindMs;
      if (state === 'gone') gone.add(owner.uid);
      else if (state === 'waiting') waiting.add(owner.uid);
    }
    const solid = owners.length - gone.size - waiting.size;
    if (solid > 0) {
      if (gone.size + waiting.size > 0) await this.#dropOwners(node, uid => gone.has(uid) || waiting.has(uid));
      return undefined;
    }
    const dependents = waiting.size > 0 ? this.#graph.dependentsOf(node.uid) : [];
    if (dependents.length === 0) {
      await this.#delete(node, propagationOf(node.object));
      return undefined;
    }
    // Kubernetes: owners in a circle would wait for each other for ever.
    const isCircle = dependents.some(({ object }) => isWaitingForDependents(object));
    if (isCircle && owners.some(owner => owner.blockOwnerDeletion === true)) {
      const ownerReferences = owners.map(owner => ({ ...owner, blockOwnerDeletion: false }));
      await this.#patchMetadata(node, { ownerReferences });
      return undefined;
    }
    await this.#delete(node, 'Foreground');
    return undefined;
  }

  async #stateOf(owner: OwnerReference, node: GraphNode): Promise<OwnerState> {
    const known = this.#graph.get(owner.uid);
    if (known !== undefined && isReferenced(known, owner, node)) {
      return isWaitingForDependents(known.object) ? 'waiting' : 'solid';
    }
    const type = this.#types.findKind(owner.apiVersion, owner.kind);
    if (type === undefined) return 'unknown';
    const { namespace: dependentNamespace } = node.object.metadata;
    // Kubernetes: such a reference can never be resolved, so nothing follows from it.
    if (type.namespaced && dependentNamespace === undefined) return 'solid';
    const namespace = type.namespaced ? dependentNamespace : undefined;
    const coordinates = `${owner.uid} ${formatGroupVersion(type)} ${type.kind} ${namespace ?? ''}/${owner.name}`;
    if (this.#absent.has(coordinates)) return 'gone';
    try {
      const live = await this.#client.get(type, { name: owner.name, namespace });
      if (live.metadata.uid === owner.uid) return isWaitingForDependents(live) ? 'waiting' : 'solid';
    } catch (error) {
      if (!StatusError.is(error, 'NotFound')) throw error;
    }
    this.#rememberAbsent(coordinates);
    return 'gone';
  }

  #rememberAbsent(coordinates: string): void {
    if (this.#absent.size >= 10_000) this.#absent.clear();
    this.#absent.add(coordinates);
  }

  async #orphanDependents(node: GraphNode): Promise<void> {
    await Promise.all(this.#graph.dependentsOf(node.uid).map(each => this.#dropOwners(each, uid => uid === node.uid)));
    await this.#dropFinalizer(node, orphanFinalizer);
  }

  async #finishForeground(node: GraphNode): Promise<void> {
    const dependents = this.#graph.dependentsOf(node.uid);
    for (const { uid, object } of dependents) {
      if (object.metadata.deletionTimestamp === undefined) this.#worker.add(uid);
    }
    const isBlocked = dependents.some(({ object }) =>
      object.metadata.ownerReferences?.some(owner => owner.uid === node.uid && owner.blockOwnerDeletion === true),
    );
    if (!isBlocked) await this.#dropFinalizer(node, foregroundFinalizer);
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

type OwnerState = 'solid' | 'waiting' | 'gone' | 'unknown';

/** How soon to look again at a dependent whose owner is of a kind that is not served. */
const unknownKindMs = 30_000;

/**
 * Whether the known object is what the reference means: the uid alone is not enough, since a reference to another kind,
 * or from another namespace, does not hold.
 */
function isReferenced({ type, object }: GraphNode, owner: OwnerReference, { object: dependent }: GraphNode): boolean {
  if (type.kind !== owner.kind || object.metadata.name !== owner.name) return false;
  if (type.group !== parseGroupVersion(owner.apiVersion).group) return false;
  return !type.namespaced || object.metadata.namespace === dependent.metadata.namespace;
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
