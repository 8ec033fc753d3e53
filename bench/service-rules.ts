/**
 * Services to kernel rules at 10,000 Services of three endpoints each: the first full load, and the time from a changed
 * endpoint to the rule in the kernel. In a network namespace of its own; needs root and nft.
 *
 * Goals: full load in 0.5 s, a change in 50 ms. The floor of the load is nft itself reading the same script.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NftPacketFilter } from '../src/drivers/nftables/index.ts';
import { type EndpointSliceView, type PacketFilter, ServiceProxy, type ServiceView } from '../src/network/index.ts';
import { createLog, createSeededRandom, sleepOn, TrackedTasks, type World } from '../src/world/index.ts';

const serviceCount = 10_000;
const changeCount = 30;
const namespace = `sampan-bench-${process.pid}`;
const directory = mkdtempSync(join(tmpdir(), 'sampan-bench-'));

const services = new Map<string, ServiceView>();
const slices = new Map<string, readonly EndpointSliceView[]>();

function setService(i: number, generation: number): string {
  const key = `default/service-${i}`;
  const clusterIP = `10.${96 + (i >> 16)}.${(i >> 8) & 255}.${i & 255}`;
  const port = { name: 'http', port: 80, protocol: 'TCP' };
  services.set(key, { metadata: { namespace: 'default', name: `service-${i}` }, spec: { clusterIP, ports: [port] } });
  const endpoints = Array.from({ length: 3 }, (_, j) => {
    const number = 3 * i + j;
    const third = j === 0 ? generation & 255 : number & 255;
    return { addresses: [`10.${128 + j}.${(number >> 8) & 255}.${third}`], nodeName: `node-${number % 100}` };
  });
  slices.set(key, [{ addressType: 'IPv4', ports: [{ ...port, port: 8080 }], endpoints }]);
  return key;
}

function realWorld(): World {
  const after = (delayMs: number, run: () => void) => {
    const timer = setTimeout(run, delayMs);
    return { cancel: () => clearTimeout(timer) };
  };
  const log = createLog(record => {
    if (record.level === 'error') throw new Error(record.message, { cause: record.fields['error'] });
  }, Date.now);
  const clock = {
    now: Date.now,
    monotonic: () => performance.now(),
    after,
    sleep: (ms: number) => sleepOn({ after }, ms),
  };
  return { clock, random: createSeededRandom(1), log, tasks: new TrackedTasks(log) };
}

/** The real filter, which says when it has applied a script, and how long nft took over it. */
class TimedFilter implements PacketFilter {
  readonly #filter: NftPacketFilter;
  nftMs = 0;
  applied = Promise.withResolvers<void>();

  constructor(filter: NftPacketFilter) {
    this.#filter = filter;
  }

  async apply(script: string): Promise<void> {
    const started = performance.now();
    await this.#filter.apply(script);
    this.nftMs = performance.now() - started;
    this.applied.resolve();
    this.applied = Promise.withResolvers();
  }

  prepare = (hasIpv6: boolean) => this.#filter.prepare(hasIpv6);
  listUdpFlows = () => this.#filter.listUdpFlows();
  forgetUdpFlows = (flows: Parameters<PacketFilter['forgetUdpFlows']>[0]) => this.#filter.forgetUdpFlows(flows);
  nodeAddresses = () => this.#filter.nodeAddresses();
}

const show = (label: string, ms: number, goalMs: number): void =>
  console.log(
    `${label.padEnd(52)} ${ms.toFixed(0).padStart(6)} ms   goal ${goalMs} ms   ratio ${(ms / goalMs).toFixed(2)}`,
  );

execFileSync('ip', ['netns', 'add', namespace]);
try {
  const prefix = ['nsenter', `--net=/run/netns/${namespace}`];
  const filter = new TimedFilter(new NftPacketFilter({ directory, prefix }));
  const source = {
    service: (key: string) => services.get(key),
    slices: (key: string) => slices.get(key) ?? [],
  };
  const proxy = new ServiceProxy(realWorld(), filter, source, {
    table: 'sampan-bench',
    node: { nodeName: 'node-0', podCidrs: ['10.128.0.0/9'] },
    shouldMasqueradePodEgress: true,
  });
  for (let i = 0; i < serviceCount; i++) proxy.notice(setService(i, 0));
  const started = performance.now();
  proxy.start();
  await proxy.ready;
  show(`full load of ${serviceCount} Services`, performance.now() - started, 500);
  show('  of which nft and the kernel (floor)', filter.nftMs, 500);

  const latencies: number[] = [];
  for (let change = 1; change <= changeCount; change++) {
    const { promise } = filter.applied;
    const changed = performance.now();
    proxy.notice(setService((change * 7919) % serviceCount, change));
    await promise;
    latencies.push(performance.now() - changed);
    await new Promise(resolve => setTimeout(resolve, 20));
  }
  latencies.sort((a, b) => a - b);
  show('changed endpoint to rule, median', latencies[changeCount >> 1]!, 50);
  show('changed endpoint to rule, worst of 30', latencies.at(-1)!, 50);
  show('  of which nft and the kernel (floor, last)', filter.nftMs, 50);
  await proxy.stop();
} finally {
  execFileSync('ip', ['netns', 'delete', namespace]);
  rmSync(directory, { recursive: true });
}
