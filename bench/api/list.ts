import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { median } from '../support/figures.ts';
import type { MeasuredServer } from '../support/measured-server.ts';
import { RawClient } from '../support/raw-client.ts';
import type { ListTask, ListTime } from './list-worker.ts';
import { expectStatus, perform } from './load.ts';
import { crowdPath, namedText, podText } from './objects.ts';
import type { Figure, Report } from './report.ts';

const crowdPodsPath = `${crowdPath}/pods`;
const pingEveryMs = 5;

/** A namespace with nothing in it, with the ServiceAccount that a controller would have given it. */
export async function prepareLists(server: MeasuredServer): Promise<void> {
  const client = await RawClient.open(server.connection);
  await expectStatus(client, 201, 'POST', '/api/v1/namespaces', namedText('Namespace', 'crowd'));
  const accounts = `${crowdPath}/serviceaccounts`;
  await expectStatus(client, 201, 'POST', accounts, namedText('ServiceAccount', 'default'));
  client.close();
}

/** LIST of `to` pods, `from` of which are there already, and what everybody else notices of it. */
export async function measureList(
  servers: readonly MeasuredServer[],
  from: number,
  to: number,
  goals: { readonly time?: string; readonly stall?: string },
  report: Report,
): Promise<void> {
  const times = new Map<string, Figure>();
  const pings = new Map<string, Figure>();
  const stalls = new Map<string, Figure>();
  for (const server of servers) {
    await perform(server, to - from, async (client, i) => {
      await expectStatus(client, 201, 'POST', crowdPodsPath, podText(`crowd-${from + i}`));
    });
    const { lists, longestPingMs, longestStallMs } = await list(server, to);
    const ms = median(lists.map(each => each.ms));
    const { bytes } = lists[0]!;
    const cpu = median(lists.map(each => each.cpuMs));
    const seen = `${(bytes / 1e6).toFixed(0)} MB, ${cpu.toFixed(0)} ms CPU`;
    times.set(server.name, { value: ms, text: `${(ms / 1000).toFixed(2)} s (${seen})` });
    pings.set(server.name, { value: longestPingMs, text: `${longestPingMs.toFixed(0)} ms` });
    if (longestStallMs !== undefined)
      stalls.set(server.name, { value: longestStallMs, text: `${longestStallMs.toFixed(0)} ms` });
  }
  const what = `LIST of ${to.toLocaleString('en')} pods`;
  report.add({ what: `${what}: time`, figures: times, isMoreBetter: false, goal: goals.time });
  report.add({ what: `${what}: longest GET meanwhile`, figures: pings, isMoreBetter: false });
  report.add({ what: `${what}: longest event-loop stall`, figures: stalls, isMoreBetter: false, goal: goals.stall });
}

interface Listing {
  readonly lists: readonly (ListTime & { readonly cpuMs: number })[];
  readonly longestPingMs: number;
  readonly longestStallMs: number | undefined;
}

/** Three times, in a thread of its own, while this one asks for one pod again and again. */
async function list(server: MeasuredServer, count: number): Promise<Listing> {
  const lists: (ListTime & { cpuMs: number })[] = [];
  let longestPingMs = 0;
  // What building the crowd has cost is not of interest.
  await wait(2000);
  await server.longestStallMs?.();
  for (let round = 0; round < 3; round++) {
    const before = await server.cpuMicros();
    const pings = new Pings(await RawClient.open(server.connection));
    const time = await listInThread({ connection: server.connection, path: crowdPodsPath });
    longestPingMs = Math.max(longestPingMs, await pings.stop());
    const cpuMs = ((await server.cpuMicros()) - before) / 1000;
    if (time.bytes < count * 1000) throw new Error(`${server.name} listed ${time.bytes} bytes only`);
    lists.push({ ...time, cpuMs });
  }
  return { lists, longestPingMs, longestStallMs: await server.longestStallMs?.() };
}

function listInThread(task: ListTask): Promise<ListTime> {
  const worker = new Worker(join(import.meta.dirname, 'list-worker.ts'), { workerData: task });
  return new Promise((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
  });
}

/** Asks for one pod every few milliseconds. */
class Pings {
  readonly #client: RawClient;
  readonly #running: Promise<void>;
  #isOver = false;
  #longestMs = 0;

  constructor(client: RawClient) {
    this.#client = client;
    this.#running = this.#run();
  }

  /** Resolves to how long the slowest answer took. */
  async stop(): Promise<number> {
    this.#isOver = true;
    await this.#running;
    this.#client.close();
    return this.#longestMs;
  }

  async #run(): Promise<void> {
    while (!this.#isOver) {
      const sent = performance.now();
      await expectStatus(this.#client, 200, 'GET', `${crowdPodsPath}/crowd-0`);
      this.#longestMs = Math.max(this.#longestMs, performance.now() - sent);
      await wait(pingEveryMs);
    }
  }
}
