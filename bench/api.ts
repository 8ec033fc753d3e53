/**
 * The API server over TLS, beside the real kube-apiserver and etcd of the same version and in the same run: durable
 * creates, GETs, patches and applies, LISTs, watch fan-out and memory. Servers and clients share the machine's cores, so
 * what is compared is the servers' processor time; a bare HTTPS server shows what of it is the runtime's own.
 *
 * `--record` writes the table to docs/reference/performance.md; `--without-peer` leaves kube-apiserver out, which takes
 * Go to build. The first start builds it.
 */
import { join } from 'node:path';
import { useServerHeap } from '../src/drivers/server-heap.ts';
import { measureFanOut } from './api/fan-out.ts';
import { measureList, prepareLists } from './api/list.ts';
import { recordReport } from './api/record-report.ts';
import { Report } from './api/report.ts';
import { measureRequests, prepareRequests } from './api/requests.ts';
import { startKubeApiserver } from './support/kube-apiserver.ts';
import { type MeasuredServer, startMeasuredServer } from './support/measured-server.ts';

// The readers' thousand connections would have it collected as well, on the servers' cores.
useServerHeap();
const flags = new Set(process.argv.slice(2));
const support = join(import.meta.dirname, 'support');
const bare = await startMeasuredServer('bare HTTPS', join(support, 'bare-server.ts'));
const names = ['Sampan', ...(flags.has('--without-peer') ? [] : ['kube-apiserver + etcd']), bare.name];
const report = new Report(names);
try {
  await withServers(async servers => {
    await measureRequests(servers, bare, report);
    await measureFanOut(servers, report);
  });
  // Others, so that what memory they take is taken by the crowd.
  await withServers(async servers => {
    await measureList(servers, 0, 10_000, {}, report);
    await measureList(servers, 10_000, 150_000, { time: '≤ 1 s', stall: '≤ 50 ms' }, report);
    await measureMemory(servers);
  });
  if (flags.has('--record')) recordReport(report);
} finally {
  await bare.stop();
}

/** Fresh servers, with the few objects that everything else stands on. */
async function withServers(measure: (servers: readonly MeasuredServer[]) => Promise<void>): Promise<void> {
  const servers: MeasuredServer[] = [await startMeasuredServer('Sampan', join(support, 'sampan-server.ts'))];
  try {
    if (!flags.has('--without-peer')) servers.push(await startKubeApiserver());
    for (const server of servers) {
      await prepareRequests(server);
      await prepareLists(server);
    }
    await measure(servers);
  } finally {
    for (const server of servers) await server.stop();
  }
}

async function measureMemory(servers: readonly MeasuredServer[]): Promise<void> {
  const figures = new Map<string, { value: number; text: string }>();
  for (const server of servers) {
    const bytes = await server.rssBytes();
    figures.set(server.name, { value: bytes, text: `${(bytes / 1e9).toFixed(2)} GB` });
  }
  report.add({ what: 'memory with 150,000 pods, listed six times', figures, isMoreBetter: false, goal: '≤ 2 GB' });
}
