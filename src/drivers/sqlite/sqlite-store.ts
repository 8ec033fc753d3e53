import { join } from 'node:path';
import {
  DurableStore,
  type Journal,
  type JournalRecord,
  type Store,
  type ValueCodec,
  type ValueSealing,
} from '../../storage/index.ts';
import type { Clock } from '../../world/index.ts';
import { readJournal } from './journal-reader.ts';
import { SqliteJournal } from './sqlite-journal.ts';
import { StoreDirectoryLock } from './store-directory.ts';

export interface SqliteStoreOptions<V> {
  /** Made when it is not there. Holds `sampan.db`, its write-ahead log, and the lock. */
  readonly directory: string;
  readonly codec: ValueCodec<V>;
  /** How values are sealed on the disk; without it they are there in clear. */
  readonly sealing?: ValueSealing | undefined;
  /** For leases. */
  readonly clock: Pick<Clock, 'after'>;
}

/**
 * Opens the store in a directory. A write is acknowledged once it is on disk; all that comes while the disk is busy
 * shares the next commit. Throws a `StoreDirectoryError` when another process has the directory, when it is damaged, or
 * when a newer Sampan has written it.
 */
export async function openSqliteStore<V>(options: SqliteStoreOptions<V>): Promise<Store<V>> {
  const { directory, codec, clock, sealing } = options;
  const lock = StoreDirectoryLock.acquire(directory);
  try {
    const journal = new LockedJournal(join(directory, 'sampan.db'), lock, sealing);
    const store = readJournal(journal.path, sealing, contents => new DurableStore({ clock, codec, journal, contents }));
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
  readonly #sealing: ValueSealing | undefined;
  #journal: SqliteJournal | undefined;

  constructor(path: string, lock: StoreDirectoryLock, sealing: ValueSealing | undefined) {
    this.path = path;
    this.#lock = lock;
    this.#sealing = sealing;
  }

  open(): void {
    this.#journal = new SqliteJournal(this.path, this.#sealing !== undefined);
  }

  async write(records: readonly JournalRecord[]): Promise<void> {
    const sealing = this.#sealing;
    if (sealing === undefined) return this.#journal!.write(records);
    const sealed = records.map(record => sealRecord(record, sealing));
    await this.#journal!.write(sealed);
    for (const record of sealed) if (record.type === 'version') sealing.note(record.key, record.text);
  }

  isStale(key: string): boolean {
    return this.#sealing?.isStale(key) ?? false;
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

function sealRecord(record: JournalRecord, sealing: ValueSealing): JournalRecord {
  if (record.type !== 'version' || record.text === undefined) return record;
  const text = sealing.seal(record.text, record.key);
  return text === record.text ? record : { ...record, text };
}
