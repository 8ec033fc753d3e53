/**
 * The API server over TLS: durable creates and GETs at 1, 10 and 100 clients, a LIST of 10,000 pods, and one change told
 * to 1,000 watchers. Beside each rate stands that of a bare HTTPS server on the same machine in the same run; server and
 * clients share the cores, so the server's processor time per request is the steadier figure.
 */
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { formatRate, median, printFigure } from './support/figures.ts';
import { type MeasuredServer, startMeasuredServer } from './support/measured-server.ts';
import { RawClient } from './support/raw-client.ts';

const measureMs = 2000;
const rounds = 3;
const listedPods = 10_000;
const watchers = 1000;
const podsPath = '/api/v1/namespaces/default/pods';

/** A pod of about 3 KB, as clients post them. */
function podText(name: string): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, labels: { app: 'bench', tier: 'web' }, annotations: { note: 'x'.repeat(1200) } },
    spec: {
      nodeName: 'somewhere',
      automountServiceAccountToken: false,
      containers: [
        {
          name: 'main',
          image: 'registry.example/app:1.2.3',
          env: Array.from({ length: 12 }, (_, i) => ({ name: `VARIABLE_${i}`, value: 'value '.repeat(6) })),
          resources: { requests: { cpu: '100m', memory: '128Mi' }, limits: { memory: '256Mi' } },
        },
      ],
    },
  });
}

interface Rate {
  readonly perSecond: number;
  readonly cpuMicros: number;
  /** Of a hundred answers the slowest but one came within so many milliseconds. */
  readonly p99Ms: number;
}

let created = 0;

/** So many clients, each with one request in flight, for a while. */
async function load(server: MeasuredServer, clients: number, run: (client: RawClient) => Promise<void>): Promise<Rate> {
  const open = await Promise.all(Array.from({ length: clients }, () => RawClient.open(server.connection)));
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

async function create(client: RawClient): Promise<void> {
  const { status } = await client.request('POST', podsPath, podText(`bench-${created++}`));
  if (status !== 201) throw new Error(`create answered ${status}`);
}

async function get(client: RawClient): Promise<void> {
  const { status } = await client.request('GET', `${podsPath}/listed-0`);
  if (status !== 200) throw new Error(`get answered ${status}`);
}

/** Both servers in turn, several times: the medians are compared. */
async function compare(what: string, sampan: MeasuredServer, bare: MeasuredServer, run: typeof get): Promise<void> {
  for (const clients of [1, 10, 100]) {
    const ours: Rate[] = [];
    const limits: Rate[] = [];
    for (let round = 0; round < rounds; round++) {
      ours.push(await load(sampan, clients, run));
      limits.push(await load(bare, clients, run));
    }
    const rate = median(ours.map(each => each.perSecond));
    const limit = median(limits.map(each => each.perSecond));
    const cpu = median(ours.map(each => each.cpuMicros));
    const limitCpu = median(limits.map(each => each.cpuMicros));
    const p99 = median(ours.map(each => each.p99Ms));
    const limitP99 = median(limits.map(each => each.p99Ms));
    const beside = [
      `bare HTTPS ${formatRate(limit)}, ratio ${(rate / limit).toFixed(2)}`,
      `${cpu.toFixed(0)} µs CPU, bare ${limitCpu.toFixed(0)}`,
      `p99 ${p99.toFixed(1)} ms, bare ${limitP99.toFixed(1)}`,
    ].join('; ');
    printFigure(`${what}, ${clients} ${clients === 1 ? 'client' : 'clients'}`, formatRate(rate), beside);
  }
}

async function fill(server: MeasuredServer): Promise<void> {
  const clients = await Promise.all(Array.from({ length: 50 }, () => RawClient.open(server.connection)));
  let next = 0;
  await Promise.all(
    clients.map(async client => {
      for (let i = next++; i < listedPods; i = next++) {
        const { status } = await client.request('POST', podsPath, podText(`listed-${i}`));
        if (status !== 201) throw new Error(`create answered ${status}`);
      }
    }),
  );
  for (const client of clients) client.close();
}

async function list(server: MeasuredServer): Promise<void> {
  const client = await RawClient.open(server.connection);
  const times: number[] = [];
  let bytes = 0;
  for (let round = 0; round < 5; round++) {
    const started = performance.now();
    ({ bytes } = await client.request('GET', podsPath));
    times.push(performance.now() - started);
  }
  client.close();
  const ms = median(times);
  printFigure(
    `LIST of ${listedPods} pods`,
    `${ms.toFixed(0)} ms`,
    `${(bytes / 1e6).toFixed(1)} MB, ${(bytes / 1e3 / ms).toFixed(0)} MB/s (stored bytes through TLS on this kind of machine: 700 to 1,900 MB/s)`,
  );
}

async function fanOut(server: MeasuredServer): Promise<void> {
  const path = `/api/v1/namespaces/default/configmaps?watch=1&resourceVersion=0`;
  let heard = 0;
  const streams = await Promise.all(Array.from({ length: watchers }, () => RawClient.open(server.connection)));
  // Every event has one of these, and nothing else does.
  const mark = Buffer.from('"type":"ADDED"');
  for (const stream of streams) {
    stream.stream(path, chunk => {
      for (let at = chunk.indexOf(mark); at >= 0; at = chunk.indexOf(mark, at + mark.length)) heard++;
    });
  }
  await wait(1000);
  const before = heard;
  const writers = await Promise.all(Array.from({ length: 20 }, () => RawClient.open(server.connection)));
  const events = 400;
  const body = (i: number): string =>
    JSON.stringify({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: `told-${i}` },
      data: { text: 'x'.repeat(2500) },
    });
  const cpuBefore = await server.cpuMicros();
  const started = performance.now();
  let next = 0;
  await Promise.all(
    writers.map(async writer => {
      for (let i = next++; i < events; i = next++) {
        const { status } = await writer.request('POST', '/api/v1/namespaces/default/configmaps', body(i));
        if (status !== 201) throw new Error(`create answered ${status}`);
      }
    }),
  );
  const expected = before + events * watchers;
  for (let tries = 0; heard < expected && tries < 3000; tries++) await wait(5);
  const elapsedMs = performance.now() - started;
  const cpu = ((await server.cpuMicros()) - cpuBefore) / (heard - before);
  for (const client of [...streams, ...writers]) client.close();
  const told = heard - before;
  printFigure(
    `deliveries to ${watchers} watchers`,
    formatRate((told / elapsedMs) * 1000),
    `goal 200,000/s; ${cpu.toFixed(1)} µs CPU each; ${told} of ${events * watchers} arrived (marks cut by a chunk's end are missed)`,
  );
}

const sampan = await startMeasuredServer(join(import.meta.dirname, 'support/sampan-server.ts'));
const bare = await startMeasuredServer(join(import.meta.dirname, 'support/bare-server.ts'));
try {
  await fill(sampan);
  await list(sampan);
  await compare('GET', sampan, bare, get);
  await compare('durable create', sampan, bare, create);
  await fanOut(sampan);
  printFigure('memory of the server after all this', `${((await sampan.rssBytes()) / 1e6).toFixed(0)} MB`);
} finally {
  await sampan.stop();
  await bare.stop();
}
