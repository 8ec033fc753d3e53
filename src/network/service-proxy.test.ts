import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { VirtualWorld } from '../world/index.ts';
import type { EndpointSliceView, PacketFilter, ServiceView, TrackedFlow } from './proxy/index.ts';
import { ServiceProxy } from './service-proxy.ts';

/** A kernel that remembers what it was told, takes 5 ms over it, and can refuse. */
class VirtualKernel implements PacketFilter {
  readonly scripts: string[] = [];
  readonly forgotten: TrackedFlow[] = [];
  flows: TrackedFlow[] = [];
  isRefusing = false;
  inside = 0;
  readonly #world: VirtualWorld;

  constructor(world: VirtualWorld) {
    this.#world = world;
  }

  prepare = async () => [];
  listUdpFlows = async () => this.flows;
  forgetUdpFlows = async (flows: readonly TrackedFlow[]) => void this.forgotten.push(...flows);
  nodeAddresses = () => new Set(['192.0.2.1']);

  async apply(script: string): Promise<void> {
    this.inside++;
    assert.equal(this.inside, 1, 'two scripts at once');
    await this.#world.clock.sleep(5);
    this.inside--;
    if (this.isRefusing) throw new Error('refused');
    this.scripts.push(script);
  }

  take(): string[] {
    return this.scripts.splice(0);
  }
}

class ProxyBench {
  readonly world = new VirtualWorld({ seed: 1, drainMicrotasks: () => setImmediate() });
  readonly kernel = new VirtualKernel(this.world);
  readonly services = new Map<string, ServiceView>();
  readonly slices = new Map<string, readonly EndpointSliceView[]>();
  readonly proxy = new ServiceProxy(
    this.world,
    this.kernel,
    { service: key => this.services.get(key), slices: key => this.slices.get(key) ?? [] },
    { table: 'sampan-t', node: { nodeName: 'n', podCidrs: ['10.244.0.0/16'] }, shouldMasqueradePodEgress: true },
  );

  set(number: number, endpoints: readonly string[], protocol = 'TCP'): void {
    const key = `default/s${number}`;
    const ports = [{ port: 80, protocol }];
    this.services.set(key, {
      metadata: { namespace: 'default', name: `s${number}` },
      spec: { clusterIP: `10.96.0.${number}`, ports },
    });
    this.slices.set(key, [{ addressType: 'IPv4', ports, endpoints: endpoints.map(ip => ({ addresses: [ip] })) }]);
    this.proxy.notice(key);
  }

  async start(): Promise<void> {
    this.proxy.start();
    await this.world.advance(10);
    await this.proxy.ready;
    this.kernel.take();
  }
}

test('nothing is applied before everything is known, then all at once', async () => {
  const bench = new ProxyBench();
  bench.set(1, ['10.244.0.2']);
  bench.set(2, ['10.244.0.3']);
  await bench.world.advance(1000);
  assert.deepEqual(bench.kernel.take(), []);
  bench.proxy.start();
  await bench.world.advance(10);
  await bench.proxy.ready;
  const [script, ...more] = bench.kernel.take();
  assert.match(script!, /^table ip sampan-t \{\}\ndelete table ip sampan-t\n/);
  assert.match(script!, /add element ip sampan-t cluster-ips \{ 10\.96\.0\.1, 10\.96\.0\.2 \}/);
  assert.deepEqual(more, []);
});

test('changes gather for a moment and go together, and while one batch is applied the next gathers', async () => {
  const bench = new ProxyBench();
  await bench.start();
  bench.set(1, ['10.244.0.2']);
  await bench.world.advance(8);
  bench.set(2, ['10.244.0.3']);
  assert.deepEqual(bench.kernel.take(), []);
  await bench.world.advance(4);
  bench.set(3, ['10.244.0.4']);
  await bench.world.advance(50);
  const scripts = bench.kernel.take();
  assert.equal(scripts.length, 2);
  assert.match(scripts[0]!, /cluster-ips \{ 10\.96\.0\.1, 10\.96\.0\.2 \}/);
  assert.match(scripts[1]!, /cluster-ips \{ 10\.96\.0\.3 \}/);
});

test('a change that means nothing to the rules costs nothing', async () => {
  const bench = new ProxyBench();
  bench.set(1, ['10.244.0.2']);
  await bench.start();
  bench.set(1, ['10.244.0.2']);
  await bench.world.advance(1000);
  assert.deepEqual(bench.kernel.take(), []);
});

test('after a refusal the table is built anew, with what came meanwhile', async () => {
  const bench = new ProxyBench();
  await bench.start();
  bench.kernel.isRefusing = true;
  bench.set(1, ['10.244.0.2']);
  await bench.world.advance(100);
  bench.set(2, ['10.244.0.3']);
  await bench.world.advance(600);
  bench.kernel.isRefusing = false;
  assert.deepEqual(bench.kernel.take(), []);
  await bench.world.advance(2000);
  const scripts = bench.kernel.take();
  assert.equal(scripts.length, 1);
  assert.match(scripts[0]!, /^table ip sampan-t \{\}\ndelete table ip sampan-t\n/);
  assert.match(scripts[0]!, /cluster-ips \{ 10\.96\.0\.1, 10\.96\.0\.2 \}/);
});

test('a table that vanished is noticed within a minute', async () => {
  const bench = new ProxyBench();
  await bench.start();
  bench.kernel.isRefusing = true;
  await bench.world.advance(60_003);
  bench.kernel.isRefusing = false;
  await bench.world.advance(1000);
  assert.match(bench.kernel.take().at(-1)!, /^table ip sampan-t \{\}/);
});

test('stopping waits for the batch at hand, then takes the tables away for good', async () => {
  const bench = new ProxyBench();
  await bench.start();
  bench.set(1, ['10.244.0.2']);
  await bench.world.advance(12);
  const stopped = bench.proxy.stop();
  bench.set(2, ['10.244.0.3']);
  await bench.world.advance(5000);
  await stopped;
  const scripts = bench.kernel.take();
  assert.equal(scripts.length, 2);
  assert.equal(scripts[1], ['ip', 'ip6'].map(f => `table ${f} sampan-t {}\ndelete table ${f} sampan-t\n`).join(''));
});

test('UDP flows to an endpoint that went are forgotten, once the rules lead elsewhere', async () => {
  const bench = new ProxyBench();
  bench.set(1, ['10.244.0.2'], 'UDP');
  await bench.start();
  const flow = (replySource: string): TrackedFlow => ({
    originalSource: '10.244.0.9',
    originalSourcePort: 40_000,
    originalDestination: '10.96.0.1',
    originalDestinationPort: 80,
    replySource,
    replySourcePort: 80,
  });
  bench.kernel.flows = [flow('10.244.0.2'), flow('10.244.0.3')];
  bench.set(1, ['10.244.0.2', '10.244.0.3'], 'UDP');
  await bench.world.advance(100);
  assert.deepEqual(bench.kernel.forgotten, []);
  bench.set(1, ['10.244.0.3'], 'UDP');
  await bench.world.advance(100);
  assert.deepEqual(bench.kernel.forgotten, [flow('10.244.0.2')]);
});

test('UDP flows that were sent before the Service had endpoints are forgotten when it gets one', async () => {
  const bench = new ProxyBench();
  bench.set(1, [], 'UDP');
  await bench.start();
  const unserved: TrackedFlow = {
    originalSource: '10.244.0.9',
    originalSourcePort: 40_000,
    originalDestination: '10.96.0.1',
    originalDestinationPort: 80,
    replySource: '10.96.0.1',
    replySourcePort: 80,
  };
  bench.kernel.flows = [unserved];
  bench.set(1, ['10.244.0.2'], 'UDP');
  await bench.world.advance(100);
  assert.deepEqual(bench.kernel.forgotten, [unserved]);
});
