import { existsSync } from 'node:fs';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import type { JournalContents, ValueSealing, VersionRecord } from '../../storage/index.ts';
import { StoreDirectoryError } from './store-directory.ts';
import { checkFormat, createStoreFile } from './store-format.ts';
import { readVersion, type VersionHead } from './version-row.ts';

/**
 * Reads the database before its writer opens it, without changing a byte of it: a damaged or foreign file stays as it
 * was found. `use` gets the contents while the file is open.
 */
export function readJournal<T>(
  path: string,
  sealing: ValueSealing | undefined,
  use: (contents: JournalContents) => T,
): T {
  if (!existsSync(path)) createStoreFile(path);
  return withDatabase(path, database => {
    if (checkFormat(database, path) === 'empty') throw new EmptyFile();
    return use(readContents(database, path, sealing));
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

function readContents(database: DatabaseSync, path: string, sealing: ValueSealing | undefined): JournalContents {
  const meta = new Map<string, number>();
  for (const { name, value } of database.prepare('SELECT name, value FROM meta').iterate())
    meta.set(String(name), Number(value));
  const leases = database.prepare('SELECT id, ttlMs FROM leases ORDER BY id').all();
  return {
    compactedRevision: meta.get('compactedRevision') ?? 0,
    lastLease: meta.get('lastLease') ?? 0,
    leases: leases.map(({ id, ttlMs }) => ({ lease: Number(id), ttlMs: Number(ttlMs) })),
    versions: openAll(readVersions(database, path), path, sealing),
  };
}

function* readVersions(database: DatabaseSync, path: string): Generator<VersionRecord> {
  for (const { heads, values } of readGroups(database)) {
    for (let i = 0; i < heads.length; i++) {
      const record = readVersion(heads[i]!, values[i]!);
      if (record === undefined) throw damaged(path, `the checksum of ${heads[i]![1]} does not match`);
      yield record;
    }
  }
}

/** What sealed values begin with: JSON begins with a brace. */
const sealedPrefix = 'k8s:enc:';

function* openAll(
  versions: Iterable<VersionRecord>,
  path: string,
  sealing: ValueSealing | undefined,
): Generator<VersionRecord> {
  for (const version of versions) {
    const { key, text } = version;
    sealing?.note(key, text);
    yield text === undefined || !text.startsWith(sealedPrefix) ? version : openOne(version, text, path, sealing);
  }
}

function openOne(version: VersionRecord, text: string, path: string, sealing: ValueSealing | undefined): VersionRecord {
  const { key } = version;
  if (sealing === undefined) throw sealed(path, key, `it is encrypted (${text.slice(0, text.lastIndexOf(':') + 1)})`);
  try {
    return { ...version, text: sealing.open(text, key) };
  } catch (error) {
    throw sealed(path, key, (error as Error).message, error);
  }
}

function sealed(path: string, key: string, why: string, cause?: unknown): StoreDirectoryError {
  return new StoreDirectoryError('sealed', `cannot read ${key} in ${path}: ${why}; nothing was changed`, { cause });
}

/** Rows that are read together. */
const groupSize = 200;

/**
 * Reads the values of many rows as one string and cuts it: each value is then a slice of a string that is too large for
 * the young generation, so that 900 MB of values are not copied twice by the collector before they are old. A string
 * stays while one of its slices does; rows of about the same revision stand together, so mostly they also go together.
 */
function* readGroups(database: DatabaseSync): Generator<{ heads: VersionHead[]; values: (string | null)[] }> {
  const next = database.prepare(`
    SELECT json_group_array(json_array(id, key, created, version, lease, crc, octet_length(value))) AS heads,
           group_concat(value, '') AS text, max(id) AS last
    FROM (SELECT * FROM versions WHERE id > ? ORDER BY id LIMIT ${groupSize})`);
  const single = database.prepare('SELECT value FROM versions WHERE id = ?');
  for (let after = 0; ; ) {
    const group = next.get(after) as { heads: string; text: string | null; last: number | null };
    if (group.last === null) return;
    const heads = JSON.parse(group.heads) as VersionHead[];
    yield { heads, values: cutValues(heads, group.text ?? '') ?? heads.map(([id]) => readValue(single, id)) };
    after = group.last;
  }
}

/** Lengths are known in bytes: they are those of the characters only where all are ASCII. Undefined otherwise. */
function cutValues(heads: readonly VersionHead[], text: string): (string | null)[] | undefined {
  const values: (string | null)[] = [];
  let start = 0;
  for (const head of heads) {
    const size = head[6];
    values.push(size === null ? null : text.slice(start, start + size));
    start += size ?? 0;
  }
  return start === text.length ? values : undefined;
}

function readValue(single: StatementSync, id: number): string | null {
  return (single.get(id) as { value: string | null }).value;
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
