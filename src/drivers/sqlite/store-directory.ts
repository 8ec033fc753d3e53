import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** The store's directory cannot be used as it is; the message says why, and what can be done. Nothing was changed. */
export class StoreDirectoryError extends Error {
  readonly reason: 'inUse' | 'newerFormat' | 'damaged' | 'foreign' | 'inaccessible' | 'sealed';

  constructor(reason: StoreDirectoryError['reason'], message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.name = 'StoreDirectoryError';
    this.reason = reason;
  }
}

/** Holds a store's directory for this process until it is released, or the process ends in whatever way. */
export class StoreDirectoryLock {
  readonly #database: DatabaseSync;

  private constructor(database: DatabaseSync) {
    this.#database = database;
  }

  /** Throws a `StoreDirectoryError` naming the process that has the directory. */
  static acquire(directory: string): StoreDirectoryLock {
    makeDirectory(directory);
    // SQLite locks the file through the operating system, which lets go when the process dies, even by SIGKILL.
    // Node has no such lock of its own.
    const database = new DatabaseSync(join(directory, 'lock'));
    try {
      database.exec('BEGIN EXCLUSIVE');
    } catch (error) {
      database.close();
      throw describeHolder(directory, error);
    }
    notePid(directory);
    return new StoreDirectoryLock(database);
  }

  release(): void {
    this.#database.close();
  }
}

function makeDirectory(directory: string): void {
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw new StoreDirectoryError('inaccessible', `cannot create ${directory}: ${(error as Error).message}`, {
      cause: error,
    });
  }
}

function describeHolder(directory: string, error: unknown): StoreDirectoryError {
  const { errcode, message } = error as { errcode?: number; message: string };
  if (errcode !== 5)
    return new StoreDirectoryError('inaccessible', `cannot lock ${directory}: ${message}`, { cause: error });
  const pid = readPid(directory);
  const holder = pid === undefined ? 'another process' : `process ${pid}`;
  return new StoreDirectoryError('inUse', `${directory} is in use by ${holder}; one Sampan at a time can have it`);
}

function notePid(directory: string): void {
  try {
    writeFileSync(join(directory, 'pid'), `${process.pid}\n`);
  } catch {
    // A full disk must not keep the store from being read: the number is only for another process's message.
  }
}

function readPid(directory: string): string | undefined {
  try {
    return readFileSync(join(directory, 'pid'), 'utf8').trim();
  } catch {
    // The holder may be between locking and writing its number: it is only for the message.
    return undefined;
  }
}
