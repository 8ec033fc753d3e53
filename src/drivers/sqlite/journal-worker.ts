/** The thread that owns the database file: waiting for the disk never stops the event loop of the main thread. */
import { parentPort, workerData } from 'node:worker_threads';
import type { JournalRecord } from '../../storage/index.ts';
import { JournalFile } from './journal-file.ts';

/** What the thread is started with. */
export interface JournalWorkerData {
  readonly path: string;
  readonly forgetsSafely: boolean;
}

/** What the main thread asks: to write a group, or to close the file. One at a time. */
export type JournalRequest = readonly JournalRecord[] | 'close';

/** Undefined: done. */
export interface JournalFailure {
  /** SQLite's result code, with its extension; absent when the error is not SQLite's. */
  readonly errcode?: number | undefined;
  readonly message: string;
}

export interface JournalReply {
  readonly failure?: JournalFailure | undefined;
}

const port = parentPort!;
const { path, forgetsSafely } = workerData as JournalWorkerData;
const file = new JournalFile(path, forgetsSafely);

port.on('message', (request: JournalRequest) => {
  port.postMessage(answer(request) satisfies JournalReply);
  if (request === 'close') port.close();
});

function answer(request: JournalRequest): JournalReply {
  try {
    if (request === 'close') file.close();
    else file.write(request);
    return {};
  } catch (error) {
    const { errcode, message } = error as { errcode?: number; message: string };
    return { failure: { errcode, message } };
  }
}
