/** One LIST, in a thread of its own, so that reading the answer keeps nobody else waiting. */
import { parentPort, workerData } from 'node:worker_threads';
import { RawClient, type RawClientOptions } from '../support/raw-client.ts';
import { expectStatus } from './load.ts';

export interface ListTask {
  readonly connection: RawClientOptions;
  readonly path: string;
}

export interface ListTime {
  readonly ms: number;
  readonly bytes: number;
}

const { connection, path } = workerData as ListTask;
const client = await RawClient.open(connection);
const started = performance.now();
const bytes = await expectStatus(client, 200, 'GET', path);
parentPort!.postMessage({ ms: performance.now() - started, bytes } satisfies ListTime);
client.close();
