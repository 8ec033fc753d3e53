/**
 * The contract that every store keeps, with etcd's semantics: one growing revision for the whole store, compare-and-put,
 * ranges, watch from a revision, compaction, leases. `store.contract.ts` holds the tests that each driver must pass.
 *
 * A store knows no Kubernetes: keys are strings ordered by code unit, values are of a type `V` that it can encode.
 */
export interface Store<V> {
  /** The revision of the latest acknowledged write; 1 in an empty store, as in etcd. */
  readonly revision: number;
  /** Revisions below this can no longer be read or watched. */
  readonly compactedRevision: number;
  /** What kept it from writing the last time that it tried: a full disk, a broken one. Absent: nothing. */
  readonly problem?: string | undefined;

  /** The keys from `start` up to, not including, `end`, in order, as they were at `revision` (default: now). */
  range(request: RangeRequest): Promise<RangeResult<V>>;

  /**
   * Applies all operations at one new revision if every comparison holds, and none otherwise. Resolves only when the
   * outcome is durable, and after every watch has been told. Concurrent transactions share one commit to disk but keep
   * their order. Operations that change nothing (deletions of what is not there) make no revision, as in etcd.
   * Rejects with a `StatusError` when the disk refuses the write: 507 when it is full, and then nothing of the write is
   * left; 500 when it fails, and then the store writes no more and only its next start shows what was written.
   */
  commit(transaction: Transaction<V>): Promise<CommitResult<V>>;

  /**
   * Tells `sink` every change in the range after `fromRevision`, in order, without gaps or repeats; changes of one
   * revision come in one batch. Ends with `sink.end` when the revision has been compacted (`CompactedError`) or the
   * store closes. Only durable changes are told.
   */
  watch(request: WatchRequest, sink: StoreWatchSink<V>): StoreWatch;

  /** Forgets what only revisions below `revision` can see. */
  compact(revision: number): Promise<void>;

  /** Keys written with the lease are deleted when it expires or is revoked. */
  grantLease(ttlMs: number): Promise<number>;
  /** Starts the lease's time again; false when it no longer exists. */
  keepLeaseAlive(lease: number): Promise<boolean>;
  revokeLease(lease: number): Promise<void>;

  /**
   * Whether the key's value is kept in a way that is out of date (encrypted with a key that is being replaced), so that
   * writing it again makes a difference even where nothing in it has changed. Absent: never.
   */
  isStale?(key: string): boolean;

  /** Ends watches, finishes what was accepted, releases the file. */
  close(): Promise<void>;
}

export interface RangeRequest {
  readonly start: string;
  /** Exclusive; absent means just the key `start`. */
  readonly end?: string | undefined;
  readonly revision?: number | undefined;
  readonly limit?: number | undefined;
  /** Count instead of reading: `entries` stays empty. */
  readonly countOnly?: boolean | undefined;
}

export interface RangeResult<V> {
  readonly entries: readonly Entry<V>[];
  /** How many keys the range holds, whatever the limit. */
  readonly count: number;
  /** The store's revision when the range was read (not the one asked for). */
  readonly revision: number;
}

export interface Entry<V> {
  readonly key: string;
  readonly value: V;
  readonly createRevision: number;
  readonly modRevision: number;
  /** How often the key was written since it was created. */
  readonly version: number;
  readonly lease?: number | undefined;
}

export interface Transaction<V> {
  readonly compare: readonly Comparison[];
  readonly operations: readonly Operation<V>[];
}

/** Holds when the key's last change was at `modRevision`; 0 means that the key does not exist. */
export interface Comparison {
  readonly key: string;
  readonly modRevision: number;
}

export type Operation<V> =
  | { readonly put: string; readonly value: V; readonly lease?: number | undefined }
  | { readonly delete: string };

export type CommitResult<V> =
  | {
      readonly succeeded: true;
      readonly revision: number;
      /** What the operations left behind, one each; undefined for a deletion. */
      readonly entries: readonly (Entry<V> | undefined)[];
    }
  | {
      readonly succeeded: false;
      readonly revision: number;
      /** What stands at the compared keys, one each. */
      readonly entries: readonly (Entry<V> | undefined)[];
    };

export interface WatchRequest {
  readonly start: string;
  readonly end?: string | undefined;
  /** The first revision to tell. Absent: from the next change on. */
  readonly fromRevision?: number | undefined;
}

export interface StoreEvent<V> {
  readonly key: string;
  readonly revision: number;
  /** Absent when the key was deleted. */
  readonly entry?: Entry<V> | undefined;
  /** What stood there before; absent when the key is new. */
  readonly previous?: Entry<V> | undefined;
}

export interface StoreWatchSink<V> {
  events(batch: readonly StoreEvent<V>[]): void;
  /** Also tells, without events, how far the watch has got (etcd's progress notification). */
  progress?(revision: number): void;
  end(error?: Error): void;
}

export interface StoreWatch {
  cancel(): void;
}

/** How a store turns values into text and back, and how a value learns the revision at which it was written. */
export interface ValueCodec<V> {
  encode(value: V): string;
  decode(text: string, modRevision: number, key: string): V;
  /** The value as it reads once written at `revision` (Kubernetes keeps it in `metadata.resourceVersion`). */
  atRevision(value: V, revision: number): V;
}

/** The revision asked for has been compacted away. */
export class CompactedError extends Error {
  readonly compactedRevision: number;
  constructor(compactedRevision: number) {
    super(`required revision has been compacted (oldest readable revision: ${compactedRevision})`);
    this.name = 'CompactedError';
    this.compactedRevision = compactedRevision;
  }
}

/** The revision asked for does not exist yet. */
export class FutureRevisionError extends Error {
  constructor(asked: number, current: number) {
    super(`required revision ${asked} is a future revision (current: ${current})`);
    this.name = 'FutureRevisionError';
  }
}

/** A write named a lease that has expired, was revoked or never was. */
export class LeaseNotFoundError extends Error {
  constructor(lease: number) {
    super(`requested lease ${lease} not found`);
    this.name = 'LeaseNotFoundError';
  }
}

/** The store has been closed. */
export class StoreClosedError extends Error {
  constructor() {
    super('the store is closed');
    this.name = 'StoreClosedError';
  }
}

/** The first key behind every key that starts with `prefix`: the exclusive end of its range. */
export function prefixEnd(prefix: string): string {
  return prefix.slice(0, -1) + String.fromCharCode(prefix.charCodeAt(prefix.length - 1) + 1);
}
