/**
 * Where objects live: the `Store` contract with etcd's semantics, its implementations that need no outside (memory),
 * and the reading side above any store: watch cache, indexes, consistent lists and continue tokens.
 *
 * The SQLite store's driver is in `drivers/`. Start reading at `store.ts`.
 *
 * How an API server uses it: `cache = watchCache.open(resource)`, then `cache.get`, `cache.list`, `cache.watch` to read,
 * and `store.commit` with `draftObject(key, object)` to write. Once `commit` has resolved, `cache.get` shows the write
 * and every watcher has been told.
 */

export { type AutoCompaction, type AutoCompactionOptions, startAutoCompaction } from './auto-compaction.ts';
export { parseResourceVersion } from './cache/list-plan.ts';
export { StaleContinueError } from './cache/revision-errors.ts';
export { WatchCache, type WatchCacheOptions } from './cache/watch-cache.ts';
export { DurableStore, type DurableStoreOptions } from './durable-store.ts';
export {
  type Journal,
  type JournalContents,
  JournalError,
  type JournalRecord,
  type VersionName,
  type VersionRecord,
} from './journal.ts';
export { MemoryStore, type MemoryStoreOptions } from './memory-store.ts';
export type {
  CachedResource,
  CacheEvent,
  CacheWatch,
  CacheWatchRequest,
  CacheWatchSink,
  ListRequest,
  ListResult,
  ObjectCache,
  Selection,
} from './object-cache.ts';
export { createObjectCodec, createTextCodec } from './object-codec.ts';
export { objectKey, prefixOfKey, registryPrefix, resourcePrefix } from './object-keys.ts';
export { ObjectResidency } from './object-residency.ts';
export {
  type CommitResult,
  CompactedError,
  type Comparison,
  type Entry,
  FutureRevisionError,
  LeaseNotFoundError,
  type Operation,
  prefixEnd,
  type RangeRequest,
  type RangeResult,
  type Store,
  StoreClosedError,
  type StoreEvent,
  type StoreWatch,
  type StoreWatchSink,
  type Transaction,
  type ValueCodec,
  type WatchRequest,
} from './store.ts';
export { draftObject, StoredObject } from './stored-object.ts';
