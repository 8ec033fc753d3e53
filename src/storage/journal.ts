/**
 * How a durable store keeps what it is told: a journal on disk that is written in groups, each all or nothing, and read
 * once at the start. `drivers/sqlite` implements it; a simulation's disk may.
 */
export interface Journal {
  /** Writes the records, all or none, and resolves when they would survive a power cut. Called one at a time. */
  write(records: readonly JournalRecord[]): Promise<void>;
  /**
   * Runs `begin` when all that has arrived by now has been looked at, so that it shares the group that `begin` writes.
   * Absent: at the end of the turn.
   */
  afterArrivals?(begin: () => void): void;
  /** See `Store.isStale`. */
  isStale?(key: string): boolean;
  close(): Promise<void>;
}

/** What stands between values and the disk, where something does: encryption. Keys are always in clear. */
export interface ValueSealing {
  /** As it is kept on disk. */
  seal(text: string, key: string): string;
  /** Throws what keeps it from being read. */
  open(stored: string, key: string): string;
  /** Told what stands on the disk for a key: what was read or has just been written; undefined when it is deleted. */
  note(key: string, stored: string | undefined): void;
  /** Whether it would be sealed in another way if it were written now. */
  isStale(key: string): boolean;
}

export type JournalRecord =
  | VersionRecord
  /** History before `revision` is no longer needed: these versions may go. */
  | { readonly type: 'compact'; readonly revision: number; readonly forget: readonly VersionName[] }
  | { readonly type: 'grant'; readonly lease: number; readonly ttlMs: number }
  | { readonly type: 'revoke'; readonly lease: number };

/** A key was written at a revision; without `text`: deleted. */
export interface VersionRecord {
  readonly type: 'version';
  readonly key: string;
  readonly revision: number;
  /** The revision of the key's creation; 0 for a deletion. */
  readonly createRevision: number;
  /** How often the key was written since its creation; 0 for a deletion. */
  readonly version: number;
  readonly lease: number | undefined;
  readonly text: string | undefined;
}

/** Names one version: a revision writes a key at most once. */
export interface VersionName {
  readonly key: string;
  readonly revision: number;
}

/** What a journal held when it was opened. */
export interface JournalContents {
  readonly compactedRevision: number;
  /** The greatest lease ever granted. */
  readonly lastLease: number;
  readonly leases: readonly { readonly lease: number; readonly ttlMs: number }[];
  /** In the order of their revisions. */
  readonly versions: Iterable<VersionRecord>;
}

/** A journal could not write. After `full` nothing of the group is on disk and the next one may succeed. */
export class JournalError extends Error {
  readonly reason: 'full' | 'broken';
  constructor(reason: 'full' | 'broken', message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.name = 'JournalError';
    this.reason = reason;
  }
}
