import { existsSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import type { JournalContents, VersionRecord } from '../../storage/index.ts';
import { StoreDirectoryError } from './store-directory.ts';
import { checkFormat, createStoreFile } from './store-format.ts';
import { readVersion, type VersionRow } from './version-row.ts';

/**
 * Reads the database before its writer opens it, without changing a byte of it: a damaged or foreign file stays as it
 * was found. `use` gets the contents while the file is open.
 */
export function readJournal<T>(path: string, use: (contents: JournalContents) => T): T {
  if (!existsSync(path)) createStoreFile(path);
  return withDatabase(path, database => {
    if (checkFormat(database, path) === 'empty') throw new EmptyFile();
    return use(readContents(database, path));
  });
}

/** A crash while the file was being created leaves one without tables. */
class EmptyFile extends Error {}

function withDatabase<T>(path: string, use: (database: DatabaseSync) => T): T {
  try {
    return openReadOnly(path, use);
  } catch (error) {
    if (!(error instanceof EmptyFile)) throw describe(path, error);
  }
  createStoreFile(path);
  return openReadOnly(path, use);
}

function openReadOnly<T>(path: string, use: (database: DatabaseSync) => T): T {
  const database = new DatabaseSync(path, { readOnly: true });
  try {
    return use(database);
  } finally {
    database.close();
  }
}

function readContents(database: DatabaseSync, path: string): JournalContents {
  const meta = new Map<string, number>();
  for (const { name, value } of database.prepare('SELECT name, value FROM meta').iterate())
    meta.set(String(name), Number(value));
  const leases = database.prepare('SELECT id, ttlMs FROM leases ORDER BY id').all();
  return {
    compactedRevision: meta.get('compactedRevision') ?? 0,
    lastLease: meta.get('lastLease') ?? 0,
    leases: leases.map(({ id, ttlMs }) => ({ lease: Number(id), ttlMs: Number(ttlMs) })),
    versions: readVersions(database, path),
  };
}

function* readVersions(database: DatabaseSync, path: string): Generator<VersionRecord> {
  const rows = database.prepare('SELECT id, key, created, version, lease, crc, value FROM versions ORDER BY id');
  for (const row of rows.iterate()) {
    const record = readVersion(row as unknown as VersionRow);
    if (record === undefined) throw damaged(path, `the checksum of ${String(row['key'])} does not match`);
    yield record;
  }
}

function describe(path: string, error: unknown): Error {
  const { errcode, message } = error as { errcode?: number; message: string };
  if (error instanceof StoreDirectoryError || errcode === undefined) return error as Error;
  const primary = errcode & 0xff;
  // SQLITE_CORRUPT and SQLITE_NOTADB.
  if (primary === 11 || primary === 26) return damaged(path, message, error);
  return new StoreDirectoryError('inaccessible', `cannot read ${path}: ${message}`, { cause: error });
}

function damaged(path: string, why: string, cause?: unknown): StoreDirectoryError {
  const advice = 'nothing was changed; restore it from a backup, or move it away to start empty';
  return new StoreDirectoryError('damaged', `${path} is damaged (${why}); ${advice}`, { cause });
}
