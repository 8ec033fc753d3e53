import { setTimeout as wait } from 'node:timers/promises';
import { formatRate, median } from '../support/figures.ts';
import type { MeasuredServer } from '../support/measured-server.ts';
import { expectStatus, openClients, perform } from './load.ts';
import { configMapText, namedText } from './objects.ts';
import type { Figure, Report } from './report.ts';

const rounds = 3;
const watchers = 1000;
const events = 400;
const settleMs = 1000;
/** After so long without a delivery nothing more is coming: kube-apiserver ends watches that lag behind. */
const silenceMs = 5000;

/** One change after the other, told to a thousand watchers, each with a connection of its own; all servers in turn. */
export async function measureFanOut(servers: readonly MeasuredServer[], report: Report): Promise<void> {
  const deliveries = new Map<string, Deliveries[]>(servers.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const server of servers) deliveries.get(server.name)!.push(await fanOut(server, `told-${round}`));
  }
  const byCore = new Map<string, Figure>();
  const byClock = new Map<string, Figure>();
  for (const server of servers) {
    const of = (read: (one: Deliveries) => number): number => median(deliveries.get(server.name)!.map(read));
    const perSecond = of(one => one.perSecond);
    const cpuMicros = of(one => one.cpuMicros);
    const share = of(one => one.share);
    byCore.set(server.name, {
      value: 1e6 / cpuMicros,
      text: `${formatRate(1e6 / cpuMicros)} (${cpuMicros.toFixed(1)} µs each)`,
    });
    byClock.set(server.name, {
      value: perSecond,
      text: `${formatRate(perSecond)}${share < 1 ? `, ${(share * 100).toFixed(0)} % of them: it ended the others' watches` : ''}`,
    });
  }
  const what = `deliveries of a 2.5 KB object to ${watchers.toLocaleString('en')} watchers`;
  const goal = '≥ 200,000/s';
  report.add({ what: `${what}, in a second of one core`, figures: byCore, isMoreBetter: true, goal });
  report.add({ what: `${what}, by the clock, readers on the same cores`, figures: byClock, isMoreBetter: true, goal });
}

interface Deliveries {
  readonly perSecond: number;
  readonly cpuMicros: number;
  /** Of all that should have been delivered, between 0 and 1. */
  readonly share: number;
}

/** In a namespace of its own, so that watches begin with nothing. */
async function fanOut(server: MeasuredServer, namespace: string): Promise<Deliveries> {
  await perform(server, 1, async client => {
    await expectStatus(client, 201, 'POST', '/api/v1/namespaces', namedText('Namespace', namespace));
  });
  const configMapsPath = `/api/v1/namespaces/${namespace}/configmaps`;
  const streams = await openClients(server, watchers);
  let heard = 0;
  let lastMs = performance.now();
  for (const stream of streams) {
    const count = createCounter(() => {
      heard++;
      lastMs = performance.now();
    });
    stream.stream(`${configMapsPath}?watch=1&resourceVersion=0`, count);
  }
  await wait(settleMs);
  const before = heard;
  const cpuBefore = await server.cpuMicros();
  const started = performance.now();
  await perform(server, events, async (client, i) => {
    await expectStatus(client, 201, 'POST', configMapsPath, configMapText(`told-${i}`));
  });
  const expected = before + events * watchers;
  while (heard < expected && performance.now() - lastMs < silenceMs) await wait(2);
  const told = heard - before;
  const cpuMicros = ((await server.cpuMicros()) - cpuBefore) / told;
  for (const stream of streams) stream.close();
  return { perSecond: (told / (lastMs - started)) * 1000, cpuMicros, share: told / (events * watchers) };
}

/** Counts what every event has once, also where a chunk's end cuts it. */
function createCounter(count: () => void): (chunk: Buffer) => void {
  const mark = Buffer.from('"type":"ADDED"');
  let tail: Buffer = Buffer.alloc(0);
  return chunk => {
    const seam = Buffer.concat([tail, chunk.subarray(0, mark.length - 1)]);
    if (seam.includes(mark)) count();
    for (let at = chunk.indexOf(mark); at >= 0; at = chunk.indexOf(mark, at + mark.length)) count();
    const end = chunk.length >= mark.length ? chunk : seam;
    tail = Buffer.from(end.subarray(Math.max(0, end.length - mark.length + 1)));
  };
}
