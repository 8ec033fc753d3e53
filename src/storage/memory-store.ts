import type { Clock } from '../world/index.ts';
import { History, LeaseTable, planTransaction, WatchHub } from './mvcc/index.ts';
import {
  type CommitResult,
  LeaseNotFoundError,
  type RangeRequest,
  type RangeResult,
  type Store,
  StoreClosedError,
  type StoreWatch,
  type StoreWatchSink,
  type Transaction,
  type ValueCodec,
  type WatchRequest,
} from './store.ts';

export interface MemoryStoreOptions<V> {
  /** For leases. */
  readonly clock: Pick<Clock, 'after'>;
  /** Nothing is ever encoded here. */
  readonly codec: Pick<ValueCodec<V>, 'atRevision'>;
}

/** A store that lives as long as its process: a write is acknowledged, and watches told of it, in the same turn. */
export class MemoryStore<V> implements Store<V> {
  readonly #history = new History<V>();
  readonly #hub = new WatchHub<V>(this.#history);
  readonly #codec: Pick<ValueCodec<V>, 'atRevision'>;
  readonly #leases: LeaseTable;
  #lastLease = 0;
  #isClosed = false;

  constructor(options: MemoryStoreOptions<V>) {
    this.#codec = options.codec;
    this.#leases = new LeaseTable(options.clock, lease => this.#endLease(lease));
  }

  get revision(): number {
    return this.#history.revision;
  }

  get compactedRevision(): number {
    return this.#history.compactedRevision;
  }

  async range(request: RangeRequest): Promise<RangeResult<V>> {
    this.#assertOpen();
    return this.#history.range(request);
  }

  commit(transaction: Transaction<V>): Promise<CommitResult<V>> {
    try {
      this.#assertOpen();
      return Promise.resolve(this.#apply(transaction));
    } catch (error) {
      return Promise.reject(error);
    }
  }

  watch(request: WatchRequest, sink: StoreWatchSink<V>): StoreWatch {
    this.#assertOpen();
    return this.#hub.watch(request, sink);
  }

  async compact(revision: number): Promise<void> {
    this.#assertOpen();
    this.#history.compact(revision);
  }

  async grantLease(ttlMs: number): Promise<number> {
    this.#assertOpen();
    this.#leases.start(++this.#lastLease, ttlMs);
    return this.#lastLease;
  }

  async keepLeaseAlive(lease: number): Promise<boolean> {
    return this.#leases.restart(lease);
  }

  async revokeLease(lease: number): Promise<void> {
    this.#endLease(lease);
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#leases.endAll();
    this.#hub.close();
  }

  #apply(transaction: Transaction<V>): CommitResult<V> {
    this.#assertLeases(transaction);
    const history = this.#history;
    const { succeeded, events, entries } = planTransaction(transaction, history.revision + 1, history, this.#codec);
    if (!succeeded) return { succeeded, revision: history.revision, entries };
    for (let i = 0; i < events.length; i++) {
      history.apply(events[i]!);
      this.#leases.follow(events[i]!);
    }
    const { revision } = history;
    if (events.length > 0) this.#hub.publish(events);
    return { succeeded: true, revision, entries };
  }

  #endLease(lease: number): void {
    const deletions = this.#leases.deletionsFor(lease);
    this.#leases.end(lease);
    for (const transaction of deletions) this.#apply(transaction);
  }

  #assertLeases({ operations }: Transaction<V>): void {
    for (let i = 0; i < operations.length; i++) {
      const operation = operations[i]!;
      if ('put' in operation && operation.lease !== undefined && !this.#leases.has(operation.lease))
        throw new LeaseNotFoundError(operation.lease);
    }
  }

  #assertOpen(): void {
    if (this.#isClosed) throw new StoreClosedError();
  }
}
