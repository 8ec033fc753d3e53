import { join } from 'node:path';
import { DurableStore, type Journal, type JournalRecord, type Store, type ValueCodec } from '../../storage/index.ts';
import type { Clock } from '../../world/index.ts';
import { readJournal } from './journal-reader.ts';
import { SqliteJournal } from './sqlite-journal.ts';
import { StoreDirectoryLock } from './store-directory.ts';

export interface SqliteStoreOptions<V> {
  /** Made when it is not there. Holds `sampan.db`, its write-ahead log, and the lock. */
  readonly directory: string;
  readonly codec: ValueCodec<V>;
  /** For leases. */
  readonly clock: Pick<Clock, 'after'>;
}

/**
 * Opens the store in a directory. A write is acknowledged once it is on disk; all that comes while the disk is busy
 * shares the next commit. Throws a `StoreDirectoryError` when another process has the directory, when it is damaged, or
 * when a newer Sampan has written it.
 */
export async function openSqliteStore<V>({ directory, codec, clock }: SqliteStoreOptions<V>): Promise<Store<V>> {
  const lock = StoreDirectoryLock.acquire(directory);
  try {
    const journal = new LockedJournal(join(directory, 'sampan.db'), lock);
    const store = readJournal(journal.path, contents => new DurableStore({ clock, codec, journal, contents }));
    journal.open();
    return store;
  } catch (error) {
    lock.release();
    throw error;
  }
}

/** Opened for writing once the file has been read, and lets go of the directory at the end. */
class LockedJournal implements Journal {
  readonly path: string;
  readonly #lock: StoreDirectoryLock;
  #journal: SqliteJournal | undefined;

  constructor(path: string, lock: StoreDirectoryLock) {
    this.path = path;
    this.#lock = lock;
  }

  open(): void {
    this.#journal = new SqliteJournal(this.path);
  }

  write(records: readonly JournalRecord[]): Promise<void> {
    return this.#journal!.write(records);
  }

  afterArrivals(begin: () => void): void {
    this.#journal!.afterArrivals(begin);
  }

  async close(): Promise<void> {
    try {
      await this.#journal?.close();
    } finally {
      this.#lock.release();
    }
  }
}
