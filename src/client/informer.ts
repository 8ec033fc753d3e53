import { type KubeObject, type ResourceType, StatusError } from '../machinery/index.ts';
import type { World } from '../world/index.ts';
import { Bucket, IndexBuckets } from './bucket.ts';
import type { Client } from './client.ts';
import type { Watch, WatchEvent } from './transport.ts';

/** Hears of one change: `object` is absent when it is gone, `previous` when it is new. */
export type ChangeListener<T extends KubeObject> = (object: T | undefined, previous: T | undefined) => void;

export interface InformerScope {
  readonly namespace?: string | undefined;
  readonly labelSelector?: string | undefined;
  readonly fieldSelector?: string | undefined;
}

const retryMinMs = 200;
const retryMaxMs = 30_000;

/**
 * Keeps a copy of all objects of a kind (or those of a scope) that follows the API server: one list, then a watch,
 * again from the start when the server has forgotten the revision. In one process the copy holds the very instances
 * that the server stores, so it costs a map entry each.
 */
export class Informer<T extends KubeObject> {
  readonly type: ResourceType<T>;
  readonly #world: World;
  readonly #client: Client;
  readonly #scope: InformerScope;
  readonly #all = new Bucket<T>();
  readonly #byNamespace = new IndexBuckets<T>(object => [object.metadata.namespace ?? '']);
  readonly #byOwner = new IndexBuckets<T>(controllerUids);
  readonly #indexes = new Map<string, IndexBuckets<T>>();
  readonly #listeners: ChangeListener<T>[] = [];
  #waiters: (() => void)[] = [];
  #watch: Watch | undefined;
  #revision = 0;
  #failures = 0;
  #isStarted = false;
  #isStopped = false;
  #hasSynced = false;

  constructor(world: World, client: Client, type: ResourceType<T>, scope: InformerScope = {}) {
    this.#world = world;
    this.#client = client;
    this.type = type;
    this.#scope = scope;
  }

  /** The revision up to which this copy has followed. */
  get revision(): number {
    return this.#revision;
  }

  /** The first list has been taken in. */
  get hasSynced(): boolean {
    return this.#hasSynced;
  }

  get(namespace: string | undefined, name: string): T | undefined {
    return this.#all.get(namespace === undefined || namespace === '' ? name : `${namespace}/${name}`);
  }

  getByKey(key: string): T | undefined {
    return this.#all.get(key);
  }

  list(namespace?: string): readonly T[] {
    return namespace === undefined ? this.#all.list() : this.#byNamespace.list(namespace);
  }

  listOwned(ownerUid: string): readonly T[] {
    return this.#byOwner.list(ownerUid);
  }

  listIndexed(index: string, value: string): readonly T[] {
    const buckets = this.#indexes.get(index);
    if (buckets === undefined) throw new Error(`no index ${index} over ${this.type.resource}`);
    return buckets.list(value);
  }

  /** Adds an index unless one of that name exists. */
  addIndex(name: string, valuesOf: (object: T) => readonly string[]): void {
    if (this.#indexes.has(name)) return;
    const buckets = new IndexBuckets<T>(valuesOf);
    for (const key of this.#all.keys()) buckets.replace(key, this.#all.get(key), undefined);
    this.#indexes.set(name, buckets);
  }

  /** Calls `listener` for every object already known, and then for every change. */
  onChange(listener: ChangeListener<T>): void {
    this.#listeners.push(listener);
    for (const object of this.#all.list()) listener(object, undefined);
  }

  /** Calls `run` once, after the next batch of changes has been taken in. */
  afterNextChange(run: () => void): void {
    this.#waiters.push(run);
  }

  /** Resolves when the first list has been taken in. */
  synced(): Promise<void> {
    return new Promise(resolve => {
      const check = (): void => {
        if (this.#hasSynced) resolve();
        else this.afterNextChange(check);
      };
      check();
    });
  }

  start(): void {
    if (this.#isStarted) return;
    this.#isStarted = true;
    this.#world.tasks.spawn(`informer ${this.type.resource}`, () => this.#listAndWatch());
  }

  stop(): void {
    this.#isStopped = true;
    this.#watch?.cancel();
  }

  async #listAndWatch(): Promise<void> {
    if (this.#isStopped) return;
    try {
      const list = await this.#client.list(this.type, { ...this.#scope, resourceVersion: '0' });
      if (this.#isStopped) return;
      this.#failures = 0;
      this.#takeList(list.items, Number(list.metadata.resourceVersion));
      this.#startWatch();
    } catch (error) {
      this.#retry(error, () => this.#listAndWatch());
    }
  }

  #takeList(items: readonly T[], revision: number): void {
    const seen = new Set<string>();
    for (const object of items) {
      const key = keyOf(object);
      seen.add(key);
      if (this.#all.get(key)?.metadata.resourceVersion !== object.metadata.resourceVersion) this.#replace(key, object);
    }
    for (const key of [...this.#all.keys()]) if (!seen.has(key)) this.#replace(key, undefined);
    this.#revision = revision;
    this.#hasSynced = true;
    this.#wake();
  }

  #startWatch(): void {
    const options = { ...this.#scope, resourceVersion: String(this.#revision), allowWatchBookmarks: true };
    this.#watch = this.#client.watch(this.type, options, {
      events: batch => this.#takeEvents(batch as readonly WatchEvent<T>[]),
      end: error => this.#onWatchEnd(error),
    });
  }

  #takeEvents(batch: readonly WatchEvent<T>[]): void {
    this.#failures = 0;
    for (let i = 0; i < batch.length; i++) {
      const { type, object } = batch[i]!;
      if (type !== 'BOOKMARK') this.#replace(keyOf(object), type === 'DELETED' ? undefined : object);
      this.#revision = Number(object.metadata.resourceVersion);
    }
    this.#wake();
  }

  #onWatchEnd(error: Error | undefined): void {
    this.#watch = undefined;
    if (this.#isStopped) return;
    if (error === undefined) {
      this.#startWatch();
    } else if (error instanceof StatusError && error.code === 410) {
      this.#world.tasks.spawn(`informer ${this.type.resource}`, () => this.#listAndWatch());
    } else {
      this.#retry(error, async () => this.#startWatch());
    }
  }

  #retry(error: unknown, again: () => Promise<void>): void {
    if (this.#isStopped) return;
    const delayMs = Math.min(retryMaxMs, retryMinMs * 2 ** this.#failures++);
    this.#world.log.warn('cannot follow the API server; trying again', {
      resource: this.type.resource,
      delayMs,
      error: error instanceof Error ? error.message : String(error),
    });
    this.#world.clock.after(delayMs, () => {
      if (!this.#isStopped) this.#world.tasks.spawn(`informer ${this.type.resource}`, again);
    });
  }

  #replace(key: string, next: T | undefined): void {
    const previous = this.#all.get(key);
    if (next === undefined) {
      if (!this.#all.delete(key)) return;
    } else {
      this.#all.set(key, next);
    }
    this.#byNamespace.replace(key, next, previous);
    this.#byOwner.replace(key, next, previous);
    for (const index of this.#indexes.values()) index.replace(key, next, previous);
    for (const listener of this.#listeners) listener(next, previous);
  }

  #wake(): void {
    if (this.#waiters.length === 0) return;
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const run of waiters) run();
  }
}

/** `namespace/name`, or `name` for a cluster-scoped object: how work queues and views name an object. */
export function keyOf(object: KubeObject): string {
  const { namespace, name } = object.metadata;
  return namespace === undefined || namespace === '' ? (name ?? '') : `${namespace}/${name}`;
}

/** Takes apart what `keyOf` made. */
export function splitKey(key: string): { namespace: string | undefined; name: string } {
  const slash = key.indexOf('/');
  return slash < 0
    ? { namespace: undefined, name: key }
    : { namespace: key.slice(0, slash), name: key.slice(slash + 1) };
}

function controllerUids(object: KubeObject): readonly string[] {
  const owners = object.metadata.ownerReferences;
  if (owners === undefined) return noValues;
  for (const owner of owners) if (owner.controller) return [owner.uid];
  return noValues;
}

const noValues: readonly string[] = [];
