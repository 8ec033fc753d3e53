import { once } from 'node:events';
import { getCompileCacheDir } from 'node:module';
import { dirname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { type Journal, JournalError, type JournalRecord } from '../../storage/index.ts';
import type { JournalFailure, JournalReply, JournalRequest, JournalWorkerData } from './journal-worker.ts';

/** SQLite's primary result code for a disk without space. */
const sqliteFull = 13;
/** SQLITE_IOERR_WRITE: what a short write becomes when its cause is not known to be a full disk. */
const sqliteIoErrorWrite = 778;

/** A journal in a SQLite file, written by a thread of its own. */
export class SqliteJournal implements Journal {
  readonly #worker: Worker;
  readonly #path: string;
  #answer: ((reply: JournalReply) => void) | undefined;
  /** Why the thread is gone. */
  #death: string | undefined;

  /** `forgetsSafely`: what is deleted is overwritten as well. */
  constructor(path: string, forgetsSafely = false) {
    this.#path = path;
    const workerData: JournalWorkerData = { path, forgetsSafely };
    this.#worker = new Worker(locateWorker(import.meta.url), { workerData, env: workerEnvironment() });
    this.#worker.on('message', (reply: JournalReply) => this.#take(reply));
    this.#worker.on('error', (error: Error) => this.#die(error.message));
    this.#worker.on('exit', () => this.#die('its thread ended'));
    this.#worker.unref();
  }

  async write(records: readonly JournalRecord[]): Promise<void> {
    if (records.length === 0) return;
    const { failure } = await this.#ask(records);
    if (failure !== undefined) throw this.#describe(failure);
  }

  /** Requests that arrived together are read one after the other: none of them should be a group of its own. */
  afterArrivals(begin: () => void): void {
    setImmediate(begin);
  }

  async close(): Promise<void> {
    if (this.#death !== undefined) return;
    const exited = once(this.#worker, 'exit');
    const { failure } = await this.#ask('close');
    this.#worker.ref();
    await exited;
    if (failure !== undefined) throw this.#describe(failure);
  }

  #ask(request: JournalRequest): Promise<JournalReply> {
    if (this.#death !== undefined) return Promise.resolve({ failure: { message: this.#death } });
    // Only a write on its way keeps the process alive.
    this.#worker.ref();
    return new Promise(resolve => {
      this.#answer = resolve;
      this.#worker.postMessage(request);
    });
  }

  #take(reply: JournalReply): void {
    const answer = this.#answer;
    this.#answer = undefined;
    this.#worker.unref();
    answer?.(reply);
  }

  #die(message: string): void {
    this.#death ??= message;
    this.#take({ failure: { message: this.#death } });
  }

  #describe({ errcode, message }: JournalFailure): JournalError {
    if (errcode !== undefined && ((errcode & 0xff) === sqliteFull || errcode === sqliteIoErrorWrite))
      return new JournalError('full', `cannot write to ${this.#path}: no space left on device`);
    return new JournalError('broken', `cannot write to ${this.#path}: ${message}`);
  }
}

/**
 * A thread looks for the compile cache in its environment only. Without it, it would compile anew, from sources with a
 * type stripper of 18 MB, while the first write waits.
 */
function workerEnvironment(): NodeJS.ProcessEnv {
  const cache = getCompileCacheDir();
  return cache === undefined ? process.env : { ...process.env, NODE_COMPILE_CACHE: dirname(cache) };
}

/** Beside this source; in the built package, where this file may be part of a chunk, in its root (`tools/build.ts`). */
function locateWorker(here: string): URL {
  if (here.endsWith('.ts')) return new URL('./journal-worker.ts', here);
  return new URL(here.includes('/chunks/') ? '../journal-worker.js' : './journal-worker.js', here);
}
