import { DatabaseSync, type StatementSync } from 'node:sqlite';
import type { JournalRecord, VersionName, VersionRecord } from '../../storage/index.ts';
import { checksumOf, idOf, positionsPerRevision } from './version-row.ts';

/**
 * How large the write-ahead log may get before it is moved into the database. No group is written meanwhile, so often
 * and little: 4 MB take 5 ms where a thousand pages took 20.
 */
const checkpointPages = 256;

/**
 * The database file as its one writer sees it. Every call blocks until it is done: it lives in the worker
 * (`journal-worker.ts`), away from the event loop.
 */
export class JournalFile {
  readonly #database: DatabaseSync;
  readonly #insert: StatementSync;
  readonly #forget: StatementSync;
  readonly #setMeta: StatementSync;
  readonly #grant: StatementSync;
  readonly #revoke: StatementSync;
  #revision = 0;
  #position = 0;

  /** `forgetsSafely`: what is deleted is overwritten as well, and so is what stands in the log from before. */
  constructor(path: string, forgetsSafely = false) {
    const database = new DatabaseSync(path);
    // Exclusive: no shared memory file, and no other process can come between.
    database.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;');
    database.exec(`PRAGMA wal_autocheckpoint = ${checkpointPages}; PRAGMA temp_store = MEMORY;`);
    if (forgetsSafely) database.exec('PRAGMA secure_delete = ON; PRAGMA wal_checkpoint(TRUNCATE);');
    this.#database = database;
    this.#insert = database.prepare('INSERT INTO versions VALUES (?, ?, ?, ?, ?, ?, ?)');
    this.#forget = database.prepare('DELETE FROM versions WHERE id BETWEEN ? AND ? AND key = ?');
    this.#setMeta = database.prepare('INSERT OR REPLACE INTO meta VALUES (?, ?)');
    this.#grant = database.prepare('INSERT OR REPLACE INTO leases VALUES (?, ?)');
    this.#revoke = database.prepare('DELETE FROM leases WHERE id = ?');
  }

  /** One transaction: throws SQLite's error after undoing it. */
  write(records: readonly JournalRecord[]): void {
    this.#database.exec('BEGIN IMMEDIATE');
    try {
      for (const record of records) this.#writeOne(record);
      this.#database.exec('COMMIT');
    } catch (error) {
      // SQLite undoes some failures itself (a full disk): then there is nothing left to roll back.
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
      throw error;
    }
  }

  close(): void {
    this.#database.close();
  }

  #writeOne(record: JournalRecord): void {
    switch (record.type) {
      case 'version':
        this.#writeVersion(record);
        break;
      case 'compact':
        for (const name of record.forget) this.#forgetVersion(name);
        this.#setMeta.run('compactedRevision', record.revision);
        break;
      case 'grant':
        this.#grant.run(record.lease, record.ttlMs);
        this.#setMeta.run('lastLease', record.lease);
        break;
      case 'revoke':
        this.#revoke.run(record.lease);
        break;
    }
  }

  #writeVersion({ key, revision, createRevision, version, lease, text }: VersionRecord): void {
    this.#position = revision === this.#revision ? this.#position + 1 : 0;
    this.#revision = revision;
    const id = idOf(revision, this.#position);
    const value = text ?? null;
    this.#insert.run(id, key, createRevision, version, lease ?? null, checksumOf(id, value), value);
  }

  #forgetVersion({ key, revision }: VersionName): void {
    this.#forget.run(idOf(revision, 0), idOf(revision, positionsPerRevision - 1), key);
  }
}
