import { chmodSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { StoreDirectoryError } from './store-directory.ts';

/** The layout of the tables. Whoever changes it raises the number and says here how to come from the one before. */
export const storeFormat = 1;

/** Marks the file as Sampan's: "Smpn". */
const applicationId = 0x536d706e;

/** Objects of 1 to 4 KB waste less of large pages, and a single write takes as long as with small ones. */
const pageSize = 16_384;

const schema = `
  PRAGMA page_size = ${pageSize};
  PRAGMA journal_mode = WAL;
  BEGIN IMMEDIATE;
  CREATE TABLE versions (
    id INTEGER PRIMARY KEY,
    key TEXT NOT NULL,
    created INTEGER NOT NULL,
    version INTEGER NOT NULL,
    lease INTEGER,
    crc INTEGER NOT NULL,
    value TEXT
  ) STRICT;
  CREATE TABLE leases (id INTEGER PRIMARY KEY, ttlMs INTEGER NOT NULL) STRICT;
  CREATE TABLE meta (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  PRAGMA application_id = ${applicationId};
  PRAGMA user_version = ${storeFormat};
  COMMIT;
`;

/** Creates the tables in a file that is not there yet, or empty. */
export function createStoreFile(path: string): void {
  const database = new DatabaseSync(path);
  try {
    // Secrets are in it. The write-ahead log gets the same mode.
    chmodSync(path, 0o600);
    database.exec(schema);
  } finally {
    database.close();
  }
}

/** What an opened file says it is. Throws a `StoreDirectoryError` for what this Sampan must not touch. */
export function checkFormat(database: DatabaseSync, path: string): 'empty' | 'current' {
  const application = readPragma(database, 'application_id');
  const format = readPragma(database, 'user_version');
  if (application === 0 && format === 0 && isEmpty(database)) return 'empty';
  if (application !== applicationId)
    throw new StoreDirectoryError('foreign', `${path} is a SQLite database of something else than Sampan`);
  if (format > storeFormat)
    throw new StoreDirectoryError(
      'newerFormat',
      `${path} was written by a newer Sampan (format ${format}, this one reads up to ${storeFormat})`,
    );
  return 'current';
}

function readPragma(database: DatabaseSync, name: string): number {
  return Number(Object.values(database.prepare(`PRAGMA ${name}`).get()!)[0]);
}

function isEmpty(database: DatabaseSync): boolean {
  return database.prepare('SELECT count(*) AS count FROM sqlite_schema').get()!['count'] === 0;
}
