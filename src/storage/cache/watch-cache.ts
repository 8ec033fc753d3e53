import type { Clock, Timer } from '../../world/index.ts';
import type { CachedResource, CacheEvent, ObjectCache } from '../object-cache.ts';
import { prefixOfKey, registryPrefix, resourcePrefix } from '../object-keys.ts';
import { RevisionSamples } from '../revision-samples.ts';
import {
  type Entry,
  prefixEnd,
  type RangeRequest,
  type RangeResult,
  type Store,
  type StoreEvent,
  type StoreWatch,
} from '../store.ts';
import type { StoredObject } from '../stored-object.ts';
import type { CacheHost } from './cache-host.ts';
import type { CacheWatcher } from './cache-watcher.ts';
import type { ObjectChange } from './object-change.ts';
import { ResourceCache, type ResourceRow } from './resource-cache.ts';
import { tooLargeRevision } from './revision-errors.ts';

export interface WatchCacheOptions {
  readonly clock: Clock;
  readonly store: Store<StoredObject>;
  /** Kubernetes: once a minute. */
  readonly bookmarkIntervalMs?: number | undefined;
  /** For how long a watch may go on from a past revision. Kubernetes: 75 s. */
  readonly keepChangesMs?: number | undefined;
}

/** Kubernetes: how long a read waits for a revision that the cache has not seen. */
const reachTimeoutMs = 3000;

/** How often past changes are let go: often, so that each time there are few. */
const trimIntervalMs = 15_000;

/**
 * All objects of one store, in memory, as of its latest acknowledged write: one store watch feeds the caches of all
 * resources. Whatever has been committed through this store in this process is in the cache once `commit` resolves.
 */
export class WatchCache implements CacheHost {
  readonly #clock: Clock;
  readonly #store: Store<StoredObject>;
  readonly #bookmarkIntervalMs: number;
  readonly #caches = new Map<string, ResourceCache>();
  readonly #rows = new Map<string, ResourceRow>();
  readonly #samples: RevisionSamples;
  #waiting: { readonly revision: number; readonly resolve: () => void; readonly timer: Timer }[] = [];
  #revision = 0;
  /** Where the latest new object went. */
  #loading: ResourceCache | undefined;
  #storeWatch: StoreWatch | undefined;
  #bookmarkTimer: Timer | undefined;
  #trimTimer: Timer | undefined;
  /** What the watchers of a commit with one change share. */
  #single: readonly CacheEvent[] = [];
  /** Watchers that hold events of the commit that is being taken. */
  #held: CacheWatcher[] = [];

  private constructor(options: WatchCacheOptions) {
    this.#clock = options.clock;
    this.#store = options.store;
    this.#bookmarkIntervalMs = options.bookmarkIntervalMs ?? 60_000;
    this.#samples = new RevisionSamples(options.keepChangesMs ?? 75_000);
  }

  /** Loads every object of the store, and follows it from there on. */
  static async start(options: WatchCacheOptions): Promise<WatchCache> {
    const cache = new WatchCache(options);
    await cache.#load();
    return cache;
  }

  get revision(): number {
    return this.#revision;
  }

  /** The cache of a resource; the same one each time. A resource defined with other indexes than before must be unwatched. */
  open(resource: CachedResource): ObjectCache {
    const cache = this.#cacheAt(resourcePrefix(resource), resource);
    if (cache.resource !== resource) cache.define(resource);
    return cache;
  }

  /** Ends the watches of a resource that is no longer served. */
  close(resource: Pick<CachedResource, 'group' | 'resource'>): void {
    this.#caches.get(resourcePrefix(resource))?.endWatches();
  }

  /** The cache of a resource that has been opened and not forgotten since. */
  find(resource: Pick<CachedResource, 'group' | 'resource'>): ObjectCache | undefined {
    const cache = this.#caches.get(resourcePrefix(resource));
    return cache?.resource === undefinedResource ? undefined : cache;
  }

  /** Ends the watches of a resource that is gone and lets go of its past; if it comes back, it begins anew. */
  forget(resource: Pick<CachedResource, 'group' | 'resource'>): void {
    const prefix = resourcePrefix(resource);
    const cache = this.#caches.get(prefix);
    cache?.endWatches();
    // Objects that have stayed behind are still there if it comes back.
    if (cache === undefined || cache.size > 0) return;
    this.#caches.delete(prefix);
    if (this.#loading === cache) this.#loading = undefined;
  }

  /** Ends every watch and lets go of the store. */
  stop(): void {
    this.#storeWatch?.cancel();
    this.#bookmarkTimer?.cancel();
    this.#trimTimer?.cancel();
    this.#endAllWatches();
  }

  range(request: RangeRequest): Promise<RangeResult<StoredObject>> {
    return this.#store.range(request);
  }

  reach(revision: number): Promise<void> {
    if (revision <= this.#revision) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const timer = this.#clock.after(reachTimeoutMs, () => {
        this.#waiting = this.#waiting.filter(waiter => waiter.timer !== timer);
        reject(tooLargeRevision(revision, this.#revision, 1));
      });
      this.#waiting.push({ revision, resolve, timer });
    });
  }

  pause(): Promise<void> {
    return this.#clock.sleep(0);
  }

  startBookmarks(): void {
    this.#bookmarkTimer ??= this.#clock.after(this.#bookmarkIntervalMs, () => this.#tellBookmarks());
  }

  async #load(): Promise<void> {
    const { entries, revision } = await this.#store.range({ start: registryPrefix, end: prefixEnd(registryPrefix) });
    this.#revision = revision;
    for (const entry of entries) this.#loadRow(entry);
    this.#storeWatch = this.#store.watch(
      { start: registryPrefix, end: prefixEnd(registryPrefix), fromRevision: revision + 1 },
      {
        events: batch => this.#take(batch),
        progress: reached => this.#advance(reached),
        end: error => this.#endAllWatches(error),
      },
    );
    this.#scheduleTrim();
  }

  #take(batch: readonly StoreEvent<StoredObject>[]): void {
    if (batch.length === 1) this.#takeOne(batch[0]!);
    else this.#takeMany(batch);
  }

  /** The common case, without arrays for each watcher. */
  #takeOne(event: StoreEvent<StoredObject>): void {
    const change = this.#record(event);
    this.#advance(event.revision);
    if (change === undefined) return;
    const { watchers } = change.row.cache;
    if (watchers.size === 0) return;
    this.#single = [change];
    watchers.visit(change, this.#tell);
  }

  #takeMany(batch: readonly StoreEvent<StoredObject>[]): void {
    // First all of it becomes readable, then the first watcher hears of it.
    const changes = batch.map(event => this.#record(event));
    this.#advance(batch[batch.length - 1]!.revision);
    for (const change of changes) change?.row.cache.watchers.visit(change, this.#hold);
    const told = this.#held;
    this.#held = [];
    for (const watcher of told) watcher.flush();
  }

  readonly #tell = (watcher: CacheWatcher, change: ObjectChange): void => {
    const event = watcher.translate(change);
    if (event !== undefined) watcher.sink.events(event === change ? this.#single : [event]);
  };

  readonly #hold = (watcher: CacheWatcher, change: ObjectChange): void => {
    const event = watcher.translate(change);
    if (event !== undefined && watcher.hold(event)) this.#held.push(watcher);
  };

  #record(event: StoreEvent<StoredObject>): ObjectChange | undefined {
    const row = this.#rows.get(event.key);
    if (row === undefined) {
      const created = event.entry === undefined ? undefined : this.#loadRow(event.entry);
      return created?.cache.recordCreation(created, event.revision);
    }
    if (event.entry !== undefined) return row.cache.update(row, event.entry.value, event.revision);
    this.#rows.delete(event.key);
    return row.cache.remove(row, event.revision);
  }

  #loadRow({ key, value }: Entry<StoredObject>): ResourceRow | undefined {
    // Loading goes resource by resource.
    if (this.#loading === undefined || !key.startsWith(this.#loading.prefix)) {
      const found = prefixOfKey(key);
      if (found === undefined) return undefined;
      this.#loading = this.#cacheAt(found);
    }
    const { prefix } = this.#loading;
    const slash = key.indexOf('/', prefix.length);
    const namespace = slash < 0 ? '' : key.slice(prefix.length, slash);
    const name = key.slice(slash < 0 ? prefix.length : slash + 1);
    const row = this.#loading.load(key, namespace, name, value);
    this.#rows.set(key, row);
    return row;
  }

  /** Objects may be there before anybody has said what they are: `open` defines their cache then. */
  #cacheAt(prefix: string, resource?: CachedResource): ResourceCache {
    let cache = this.#caches.get(prefix);
    if (cache === undefined) {
      cache = new ResourceCache(resource ?? undefinedResource, prefix, this);
      this.#caches.set(prefix, cache);
    }
    return cache;
  }

  #advance(revision: number): void {
    this.#revision = revision;
    if (this.#waiting.length === 0) return;
    const reached = this.#waiting.filter(waiter => waiter.revision <= revision);
    this.#waiting = this.#waiting.filter(waiter => waiter.revision > revision);
    for (const { timer, resolve } of reached) {
      timer.cancel();
      resolve();
    }
  }

  #tellBookmarks(): void {
    this.#bookmarkTimer = undefined;
    for (const cache of this.#caches.values()) {
      const watchers = cache.watchers.everyone().filter(watcher => watcher.wantsBookmarks);
      if (watchers.length === 0) continue;
      this.startBookmarks();
      cache.tellBookmark(watchers, false);
    }
  }

  #scheduleTrim(): void {
    this.#trimTimer = this.#clock.after(trimIntervalMs, () => {
      const old = this.#samples.sample(this.#clock.monotonic(), this.#revision);
      if (old !== undefined) for (const cache of this.#caches.values()) cache.log.trim(old);
      this.#scheduleTrim();
    });
  }

  #endAllWatches(error?: Error): void {
    for (const cache of this.#caches.values()) cache.endWatches(error);
  }
}

const undefinedResource: CachedResource = { group: '', resource: '', apiVersion: '', kind: '' };
