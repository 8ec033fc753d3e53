/**
 * Where objects live: the `Store` contract with etcd's semantics, its implementations that need no outside (memory),
 * and the reading side above any store: watch cache, indexes, consistent lists and continue tokens.
 *
 * The SQLite store's driver is in `drivers/`. Start reading at `store.ts`.
 */
export {
  type CommitResult,
  CompactedError,
  type Comparison,
  type Entry,
  FutureRevisionError,
  type Operation,
  prefixEnd,
  type RangeRequest,
  type RangeResult,
  type Store,
  type StoreEvent,
  type StoreWatch,
  type StoreWatchSink,
  type Transaction,
  type ValueCodec,
  type WatchRequest,
} from './store.ts';
