/**
 * Where objects live: the `Store` contract with etcd's semantics, the stores made from it, and the reading side above any
 * of them: watch cache, indexes, consistent lists and continue tokens.
 *
 * - `MemoryStore` lives as long as its process; `DurableStore` writes a `Journal` in groups and acknowledges what is on
 *   disk. SQLite's journal, and the way to open it (`openSqliteStore`), are in `drivers/sqlite`.
 * - `StoredObject` is one version of one object, which store, cache, informers and connections share. The codec decides
 *   what stays resident: `createObjectCodec` for the memory store, `createTextCodec` for stores on disk.
 * - `WatchCache` serves reads. `startAutoCompaction` bounds the past; every cluster runs it once.
 *
 * How an API server uses it: `cache = watchCache.open(resource)`, then `cache.get`, `cache.list`, `cache.watch` to read,
 * and `store.commit` with `draftObject(key, object)` to write. Once `commit` has resolved, `cache.get` shows the write
 * and every watcher has been told.
 *
 * Start reading at `store.ts` and `stored-object.ts`, then `object-cache.ts`. What every store must do is in
 * `store.contract.ts`.
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
  type ValueSealing,
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
