import type { MeasuredServer } from '../support/measured-server.ts';
import { RawClient } from '../support/raw-client.ts';

const measureMs = 2000;

export interface Rate {
  readonly perSecond: number;
  /** The server's processor time for each request. */
  readonly cpuMicros: number;
  /** Of a hundred answers the slowest but one came within so many milliseconds. */
  readonly p99Ms: number;
}

/** One request; rejects when the answer is not the one it should be. */
export type Action = (client: RawClient) => Promise<void>;

/** So many clients, each with one request in flight, for a while. */
export async function load(server: MeasuredServer, clients: number, run: Action): Promise<Rate> {
  const open = await openClients(server, clients);
  const cpuBefore = await server.cpuMicros();
  const started = performance.now();
  const answerMs: number[] = [];
  await Promise.all(
    open.map(async client => {
      for (let sent = started; sent - started < measureMs; ) {
        await run(client);
        const answered = performance.now();
        answerMs.push(answered - sent);
        sent = answered;
      }
    }),
  );
  const elapsedMs = performance.now() - started;
  const count = answerMs.length;
  const cpuMicros = ((await server.cpuMicros()) - cpuBefore) / count;
  for (const client of open) client.close();
  answerMs.sort((a, b) => a - b);
  return { perSecond: (count / elapsedMs) * 1000, cpuMicros, p99Ms: answerMs[Math.floor(count * 0.99)]! };
}

/** `action` for each number below `count`, by as many clients as that takes to keep the server busy. */
export async function perform(
  server: MeasuredServer,
  count: number,
  action: (client: RawClient, index: number) => Promise<void>,
): Promise<void> {
  const clients = await openClients(server, 50);
  let next = 0;
  await Promise.all(
    clients.map(async client => {
      for (let i = next++; i < count; i = next++) await action(client, i);
    }),
  );
  for (const client of clients) client.close();
}

export function openClients(server: MeasuredServer, count: number): Promise<RawClient[]> {
  return Promise.all(Array.from({ length: count }, () => RawClient.open(server.connection)));
}

/** Sends a request that must be answered with `expected`. */
export async function expectStatus(
  client: RawClient,
  expected: number,
  ...request: Parameters<RawClient['request']>
): Promise<number> {
  const { status, bytes } = await client.request(...request);
  if (status !== expected) throw new Error(`${request[0]} ${request[1]} answered ${status}`);
  return bytes;
}
