import { StatusError } from '../machinery/index.ts';
import type { Clock } from '../world/index.ts';
import { GroupCommit } from './group-commit.ts';
import { type Journal, type JournalContents, JournalError, type JournalRecord, type VersionRecord } from './journal.ts';
import { History, LeaseTable, planTransaction, WatchHub } from './mvcc/index.ts';
import { PendingVersions } from './pending-versions.ts';
import {
  type CommitResult,
  CompactedError,
  type Entry,
  FutureRevisionError,
  LeaseNotFoundError,
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

export interface DurableStoreOptions<V> {
  readonly clock: Pick<Clock, 'after'>;
  readonly codec: ValueCodec<V>;
  readonly journal: Journal;
  readonly contents: JournalContents;
}

/** How many versions one step of a compaction forgets at most, so that no write waits long behind it. */
const compactionSliceSize = 256;

/** How long an expired lease is left when its end could not be written. */
const leaseRetryMs = 10_000;

/**
 * A store whose journal is on disk and whose versions are in memory. Transactions are decided at once, against what is
 * accepted but not yet written; readers, watches and the acknowledgment wait for the disk.
 */
export class DurableStore<V> implements Store<V> {
  readonly #clock: Pick<Clock, 'after'>;
  readonly #codec: ValueCodec<V>;
  readonly #history = new History<V>();
  readonly #hub = new WatchHub<V>(this.#history);
  readonly #pending = new PendingVersions<V>(this.#history);
  readonly #leases: LeaseTable;
  readonly #group: GroupCommit<WorkItem<V>>;
  readonly #journal: Journal;
  #lastLease: number;
  #isClosed = false;
  #failure: JournalError | undefined;
  #problem: string | undefined;

  constructor(options: DurableStoreOptions<V>) {
    this.#clock = options.clock;
    this.#codec = options.codec;
    this.#journal = options.journal;
    this.#lastLease = options.contents.lastLease;
    this.#leases = new LeaseTable(options.clock, lease => this.#expireLease(lease));
    this.#group = new GroupCommit(options.journal, {
      onDurable: items => this.#makeVisible(items),
      onFailed: (items, error) => this.#refuse(items, error),
    });
    this.#load(options.contents);
  }

  get revision(): number {
    return this.#history.revision;
  }

  get compactedRevision(): number {
    return this.#history.compactedRevision;
  }

  get problem(): string | undefined {
    return this.#problem;
  }

  async range(request: RangeRequest): Promise<RangeResult<V>> {
    this.#assertOpen();
    return this.#history.range(request);
  }

  commit(transaction: Transaction<V>): Promise<CommitResult<V>> {
    try {
      this.#assertWritable();
      this.#assertLeases(transaction);
      return this.#accept(transaction);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  watch(request: WatchRequest, sink: StoreWatchSink<V>): StoreWatch {
    this.#assertOpen();
    return this.#hub.watch(request, sink);
  }

  async compact(revision: number): Promise<void> {
    this.#assertWritable();
    if (revision <= this.compactedRevision) throw new CompactedError(this.compactedRevision);
    if (revision > this.revision) throw new FutureRevisionError(revision, this.revision);
    while (this.compactedRevision < revision) {
      const step = this.#history.compactionStep(revision, compactionSliceSize);
      const record = { type: 'compact', revision: step.revision, forget: namesToForget(step.events) } as const;
      await this.#write([record], () => this.#history.compactIfLater(step.revision));
    }
  }

  async grantLease(ttlMs: number): Promise<number> {
    this.#assertWritable();
    const lease = ++this.#lastLease;
    await this.#write([{ type: 'grant', lease, ttlMs }], () => this.#leases.start(lease, ttlMs));
    return lease;
  }

  async keepLeaseAlive(lease: number): Promise<boolean> {
    return this.#leases.restart(lease);
  }

  async revokeLease(lease: number): Promise<void> {
    this.#assertWritable();
    await this.#endLease(lease);
  }

  isStale(key: string): boolean {
    return this.#journal.isStale?.(key) ?? false;
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#leases.endAll();
    await this.#group.drain();
    await this.#journal.close();
    this.#hub.close();
  }

  /** Decides the transaction and queues what it writes. */
  #accept(transaction: Transaction<V>): Promise<CommitResult<V>> {
    const plan = planTransaction(transaction, this.#pending.revision + 1, this.#pending, this.#codec);
    const { events, entries, succeeded } = plan;
    const records = events.map(event => this.#describe(event));
    const revision = events.length > 0 ? this.#pending.accept(events) : this.#pending.revision;
    const result: CommitResult<V> = { succeeded, revision, entries };
    // What was decided from unwritten versions may be told only when those are written.
    if (records.length === 0 && this.#group.isIdle) return Promise.resolve(result);
    return new Promise((resolve, reject) => {
      this.#group.submit({ records, events, finish: () => resolve(result), fail: reject });
    });
  }

  /** Queues records that are no transaction; `apply` runs when they are durable. */
  #write(records: readonly JournalRecord[], apply: () => void): Promise<void> {
    return new Promise((resolve, reject) => {
      const finish = (): void => {
        apply();
        resolve();
      };
      this.#group.submit({ records, events: [], finish, fail: reject });
    });
  }

  #describe({ key, revision, entry }: StoreEvent<V>): VersionRecord {
    if (entry === undefined)
      return { type: 'version', key, revision, createRevision: 0, version: 0, lease: undefined, text: undefined };
    const { createRevision, version, lease, value } = entry;
    return { type: 'version', key, revision, createRevision, version, lease, text: this.#codec.encode(value) };
  }

  #makeVisible(items: readonly WorkItem<V>[]): void {
    this.#problem = this.#failure?.message;
    const told: StoreEvent<V>[] = [];
    for (const { events } of items) {
      for (const event of events) {
        this.#history.apply(event);
        this.#pending.settle(event);
        this.#followLease(event);
        told.push(event);
      }
    }
    if (told.length > 0) this.#hub.publish(told);
    for (const item of items) item.finish();
  }

  #refuse(items: readonly WorkItem<V>[], error: unknown): void {
    const failure = error instanceof JournalError ? error : new JournalError('broken', String(error), { cause: error });
    if (failure.reason === 'broken') this.#failure = failure;
    this.#problem = failure.message;
    // All that was accepted is refused together, so what is left is exactly what is on disk.
    this.#pending.forgetAll();
    for (const item of items) item.fail(describeFailure(failure));
  }

  #followLease(event: StoreEvent<V>): void {
    this.#leases.follow(event);
    const { entry } = event;
    // A lease may end between the acceptance of a write and the disk's answer.
    if (entry?.lease !== undefined && !this.#leases.has(entry.lease)) this.#deleteOrphan(entry);
  }

  #deleteOrphan(orphan: Pick<Entry<V>, 'key' | 'modRevision'>): void {
    this.commit({ compare: [orphan], operations: [{ delete: orphan.key }] }).catch(() => {
      this.#clock.after(leaseRetryMs, () => {
        if (!this.#isClosed) this.#deleteOrphan(orphan);
      });
    });
  }

  #expireLease(lease: number): void {
    if (this.#isClosed) return;
    this.#endLease(lease).catch(() => {
      if (this.#leases.has(lease) && !this.#isClosed) this.#leases.start(lease, leaseRetryMs);
    });
  }

  async #endLease(lease: number): Promise<void> {
    if (!this.#leases.has(lease)) return;
    this.#assertWritable();
    const deleted = this.#leases.deletionsFor(lease).map(transaction => this.#accept(transaction));
    const revoked = this.#write([{ type: 'revoke', lease }], () => this.#leases.end(lease));
    await Promise.all([...deleted, revoked]);
  }

  #load({ compactedRevision, leases, versions }: JournalContents): void {
    for (const { lease, ttlMs } of leases) this.#leases.start(lease, ttlMs);
    for (const record of versions) {
      const { key, revision } = record;
      const entry = this.#readEntry(record);
      const previous = this.#history.get(key);
      const event = { key, revision, entry, previous };
      if (revision >= compactedRevision) this.#history.apply(event);
      else this.#history.load(event);
      this.#leases.follow(event);
    }
    this.#history.compactedRevision = compactedRevision;
    this.#pending.forgetAll();
  }

  #readEntry({ key, revision, createRevision, version, lease, text }: VersionRecord): Entry<V> | undefined {
    if (text === undefined) return undefined;
    const value = this.#codec.decode(text, revision, key);
    return { key, value, createRevision, modRevision: revision, version, lease };
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

  #assertWritable(): void {
    this.#assertOpen();
    if (this.#failure !== undefined) throw describeFailure(this.#failure);
  }
}

/** What waits for the disk, and what happens then. */
interface WorkItem<V> {
  readonly records: readonly JournalRecord[];
  readonly events: readonly StoreEvent<V>[];
  finish(): void;
  fail(error: Error): void;
}

/** The versions that nobody sees any more once `events` are forgotten: what they replaced, and deletions themselves. */
function namesToForget(events: readonly StoreEvent<unknown>[]): { readonly key: string; readonly revision: number }[] {
  const names: { key: string; revision: number }[] = [];
  for (const { key, revision, entry, previous } of events) {
    if (previous !== undefined) names.push({ key, revision: previous.modRevision });
    if (entry === undefined) names.push({ key, revision });
  }
  return names;
}

/** 507 while the disk is full; 500 once the journal can no longer be trusted. */
function describeFailure({ reason, message }: JournalError): StatusError {
  const text = `Internal error occurred: ${message}`;
  return new StatusError('InternalError', text, { causes: [{ message }] }, reason === 'full' ? 507 : 500);
}
