import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { NftPacketFilter } from '../../src/drivers/nftables/index.ts';
import { type EndpointSliceView, type EndpointView, ServiceProxy, type ServiceView } from '../../src/network/index.ts';
import { createLog, createSeededRandom, sleepOn, TrackedTasks, type World } from '../../src/world/index.ts';
import { type NetworkNamespace, NetworkTestbed } from './network-testbed.ts';

const clusterIp = '10.96.0.20';
const batchMs = 10;

/** The real proxy over real nftables in the testbed's node, fed by hand. */
class ProxyOnTestbed {
  readonly proxy: ServiceProxy;
  readonly filter: NftPacketFilter;
  readonly problems: string[] = [];
  readonly #world = realWorld(this.problems);
  readonly #services = new Map<string, ServiceView>();
  readonly #slices = new Map<string, readonly EndpointSliceView[]>();
  readonly #directory = mkdtempSync(join(tmpdir(), 'sampan-nft-'));

  constructor(testbed: NetworkTestbed, table: string) {
    this.filter = new NftPacketFilter({
      directory: this.#directory,
      prefix: ['nsenter', `--net=/run/netns/${testbed.node.name}`],
      nodeAddresses: () => new Set([NetworkTestbed.nodeIp, NetworkTestbed.bridgeIp]),
    });
    const source = {
      service: (key: string) => this.#services.get(key),
      slices: (key: string) => this.#slices.get(key) ?? [],
    };
    this.proxy = new ServiceProxy(this.#world, this.filter, source, {
      table,
      batchMs,
      node: { nodeName: 'node', podCidrs: [NetworkTestbed.podCidr, 'fd01::/64'] },
      shouldMasqueradePodEgress: true,
      serviceCidrs: ['10.96.0.0/16', 'fd96::/112'],
    });
  }

  /** Puts the Service in place, or takes it away; resolves when the kernel has it. */
  async set(...change: Parameters<ProxyOnTestbed['change']>): Promise<void> {
    this.change(...change);
    // Its batch was to begin before this wakes; or after the batch that is being applied, whose end is waited for first.
    for (let batch = 0; batch < 2; batch++) {
      await sleep(batchMs * 2);
      await this.#world.tasks.idle();
    }
    assert.deepEqual(this.problems, []);
  }

  change(
    name: string,
    spec: ServiceView['spec'] | undefined,
    endpoints: readonly EndpointView[] = [],
    status: ServiceView['status'] = {},
    targetPort = 8080,
  ): void {
    const key = `default/${name}`;
    if (spec === undefined) this.#services.delete(key);
    else this.#services.set(key, { metadata: { namespace: 'default', name }, spec, status });
    const ports = (spec?.ports ?? []).map(port => ({ ...port, port: targetPort }));
    const of = (addressType: string, isIpv6: boolean): EndpointSliceView => ({
      addressType,
      ports,
      endpoints: endpoints.filter(endpoint => endpoint.addresses[0]!.includes(':') === isIpv6),
    });
    this.#slices.set(key, [of('IPv4', false), of('IPv6', true)]);
    this.proxy.notice(key);
  }

  dispose(): void {
    rmSync(this.#directory, { recursive: true });
  }
}

function realWorld(problems: string[]): World {
  const after = (delayMs: number, run: () => void) => {
    const timer = setTimeout(run, delayMs).unref();
    return { cancel: () => clearTimeout(timer) };
  };
  const log = createLog(record => {
    if (record.level === 'warn' || record.level === 'error') {
      problems.push(`${record.message} ${String(record.fields['error'] ?? '')}`);
    }
  }, Date.now);
  const clock = {
    now: Date.now,
    monotonic: () => performance.now(),
    after,
    sleep: (delayMs: number) => sleepOn({ after }, delayMs),
  };
  return { clock, random: createSeededRandom(1), log, tasks: new TrackedTasks(log) };
}

const ready = (ip: string) => ({ addresses: [ip], nodeName: 'node' });
const elsewhere = (ip: string) => ({ addresses: [ip], nodeName: 'another' });

describe('Services through nftables', () => {
  let testbed: NetworkTestbed;
  let services: ProxyOnTestbed;
  let a: NetworkNamespace;
  let b: NetworkNamespace;
  let c: NetworkNamespace;

  before(async () => {
    testbed = await NetworkTestbed.create();
    [a, b, c] = testbed.pods as [NetworkNamespace, NetworkNamespace, NetworkNamespace];
    for (const [pod, name] of [
      [a, 'a'],
      [b, 'b'],
      [c, 'c'],
    ] as const) {
      await pod.serve('tcp', '0.0.0.0', 8080, name);
      await pod.serve('udp', '0.0.0.0', 8080, name);
      await pod.serve('tcp', '::', 8080, name);
    }
    services = new ProxyOnTestbed(testbed, 'sampan-test');
    services.proxy.start();
    await services.proxy.ready;
  });

  after(async () => {
    await services.proxy.stop();
    assert.equal(testbed.node.exec('nft', 'list', 'tables'), '');
    services.dispose();
    await testbed[Symbol.asyncDispose]();
  });

  /** Asks so often that each of three backends is missed once in fifty thousand runs. */
  async function askMany(from: NetworkNamespace, protocol: 'tcp' | 'udp', ip: string, port: number): Promise<string> {
    const names = new Set<string>();
    for (let i = 0; i < 30; i++) names.add(await from.ask(protocol, ip, port));
    return [...names].sort().join(' ');
  }

  test('a ClusterIP spreads TCP and UDP over all endpoints, for pods and for the node', async () => {
    const ports = [
      { name: 'http', port: 80, protocol: 'TCP' },
      { name: 'dns', port: 80, protocol: 'UDP' },
    ];
    await services.set('web', { clusterIP: clusterIp, ports }, [ready('10.1.0.2'), ready('10.1.0.3')]);
    for (const from of [c, testbed.node]) {
      assert.equal(await askMany(from, 'tcp', clusterIp, 80), 'a b');
      assert.equal(await askMany(from, 'udp', clusterIp, 80), 'a b');
    }
    assert.equal(await c.askFully('tcp', clusterIp, 80).then(text => text.replace(/^./, 'x')), 'x from 10.1.0.4');
  });

  test('endpoints that come and go are followed', async () => {
    const spec = { clusterIP: clusterIp, ports: [{ port: 80, protocol: 'TCP' }] };
    await services.set('web', spec, [ready('10.1.0.2'), ready('10.1.0.3'), ready('10.1.0.4')]);
    assert.equal(await askMany(testbed.node, 'tcp', clusterIp, 80), 'a b c');
    await services.set('web', spec, [ready('10.1.0.3')]);
    assert.equal(await askMany(testbed.node, 'tcp', clusterIp, 80), 'b');
    await services.set('web', spec, [ready('10.1.0.4')]);
    assert.equal(await askMany(testbed.node, 'tcp', clusterIp, 80), 'c');
  });

  test('without endpoints, and on a port that the Service lacks, connections are refused at once', async () => {
    const ports = [
      { name: 'tcp', port: 80, protocol: 'TCP', nodePort: 30080 },
      { name: 'udp', port: 80, protocol: 'UDP', nodePort: 30080 },
    ];
    await services.set('web', { clusterIP: clusterIp, type: 'NodePort', externalIPs: ['203.0.113.9'], ports });
    for (const [ip, port] of [
      [clusterIp, 80],
      [clusterIp, 81],
      [NetworkTestbed.nodeIp, 30080],
      ['203.0.113.9', 80],
    ] as const) {
      for (const from of [c, testbed.node, testbed.outside]) {
        if (from === testbed.outside && ip === clusterIp) continue;
        // Many more than ICMP's rate limit would answer.
        const started = performance.now();
        for (let i = 0; i < 10; i++)
          assert.equal(await from.ask('tcp', ip, port), 'ECONNREFUSED', `${from.name} ${ip} ${port}`);
        assert.ok(performance.now() - started < 500);
      }
      assert.equal(await c.ask('udp', ip, port), 'ECONNREFUSED', `udp ${ip} ${port}`);
    }
  });

  test('an address of Services that none of them has is refused', async () => {
    await services.set('web', undefined);
    for (const from of [c, testbed.node]) {
      for (const ip of [clusterIp, '10.96.3.4']) assert.equal(await from.ask('tcp', ip, 80), 'ECONNREFUSED');
    }
  });

  test('a Service leads to the node itself, as the cluster’s DNS and API server do', async () => {
    await testbed.node.serve('tcp', NetworkTestbed.bridgeIp, 8080, 'node');
    await testbed.node.serve('udp', NetworkTestbed.bridgeIp, 8080, 'node');
    const ports = [
      { name: 'dns', port: 53, protocol: 'UDP' },
      { name: 'dns-tcp', port: 53, protocol: 'TCP' },
    ];
    await services.set('kube-dns', { clusterIP: '10.96.0.10', ports }, [ready(NetworkTestbed.bridgeIp)]);
    for (const from of [a, testbed.node]) {
      assert.equal(await from.ask('udp', '10.96.0.10', 53), 'node');
      assert.equal(await from.ask('tcp', '10.96.0.10', 53), 'node');
    }
  });

  test('pods resolve names of the cluster and of the outside through the DNS Service, over UDP and TCP', async () => {
    await testbed.outside.serveDns('0.0.0.0', 53, { zone: 'example.org', endpointCount: 3 });
    const nameServers = [NetworkTestbed.outsideIp];
    const inside = { zone: 'cluster.local', endpointCount: 200, nameServers };
    await testbed.node.serveDns(NetworkTestbed.bridgeIp, 8081, inside);
    const ports = [
      { name: 'dns', port: 53, protocol: 'UDP' },
      { name: 'dns-tcp', port: 53, protocol: 'TCP' },
    ];
    await services.set('kube-dns', { clusterIP: '10.96.0.10', ports }, [ready(NetworkTestbed.bridgeIp)], {}, 8081);
    // Two hundred addresses fit no datagram.
    assert.equal(await a.resolve('10.96.0.10', 'db.default.svc.cluster.local'), '200 addresses');
    assert.equal(await a.resolve('10.96.0.10', 'db.default.svc.example.org'), '3 addresses');
    assert.equal(await b.resolve('10.96.0.10', 'none.default.svc.cluster.local'), 'ENOTFOUND');
    assert.equal(await b.resolve('10.96.0.10', 'none.default.svc.example.org'), 'ENOTFOUND');
  });

  test('a pod reaches itself through its Service', async () => {
    await services.set('web', { clusterIP: clusterIp, ports: [{ port: 80, protocol: 'TCP' }] }, [ready('10.1.0.2')]);
    assert.equal(await a.askFully('tcp', clusterIp, 80), 'a from 10.1.0.1');
  });

  test('a NodePort answers on all addresses of the node but loopback, to everybody', async () => {
    const spec = { type: 'NodePort', clusterIP: clusterIp, ports: [{ port: 80, protocol: 'TCP', nodePort: 30080 }] };
    await services.set('web', spec, [ready('10.1.0.2'), ready('10.1.0.3')]);
    for (const from of [testbed.outside, c, testbed.node]) {
      assert.equal(await askMany(from, 'tcp', NetworkTestbed.nodeIp, 30080), 'a b', from.name);
    }
    assert.equal(await c.ask('tcp', NetworkTestbed.bridgeIp, 30080).then(name => 'ab'.includes(name)), true);
    assert.equal(await testbed.node.ask('tcp', '127.0.0.1', 30080), 'ECONNREFUSED');
    // The outside could not answer a pod's address, so it must have been the node's.
    assert.match(await testbed.outside.askFully('tcp', NetworkTestbed.nodeIp, 30080), /from 10\.1\.0\.1$/);
  });

  test('externalTrafficPolicy Local keeps the source and uses this node only', async () => {
    const spec = {
      type: 'NodePort',
      externalTrafficPolicy: 'Local',
      clusterIP: clusterIp,
      ports: [{ port: 80, protocol: 'TCP', nodePort: 30080 }],
    };
    await services.set('web', spec, [ready('10.1.0.2'), elsewhere('10.1.0.3')]);
    assert.equal(await askMany(testbed.outside, 'tcp', NetworkTestbed.nodeIp, 30080), 'a');
    testbed.outside.ip('route', 'add', '10.1.0.0/24', 'via', NetworkTestbed.nodeIp);
    assert.equal(await testbed.outside.askFully('tcp', NetworkTestbed.nodeIp, 30080), 'a from 192.0.2.2');
    testbed.outside.ip('route', 'del', '10.1.0.0/24');
    assert.equal(await askMany(c, 'tcp', NetworkTestbed.nodeIp, 30080), 'a b');
    await services.set('web', spec, [elsewhere('10.1.0.3')]);
    assert.equal(await testbed.outside.ask('tcp', NetworkTestbed.nodeIp, 30080, { timeoutMs: 300 }), 'ETIMEDOUT');
    assert.equal(await c.ask('tcp', NetworkTestbed.nodeIp, 30080), 'b');
  });

  test('internalTrafficPolicy Local uses this node only', async () => {
    const spec = { internalTrafficPolicy: 'Local', clusterIP: clusterIp, ports: [{ port: 80, protocol: 'TCP' }] };
    await services.set('web', spec, [elsewhere('10.1.0.2'), ready('10.1.0.3')]);
    assert.equal(await askMany(c, 'tcp', clusterIp, 80), 'b');
    await services.set('web', spec, [elsewhere('10.1.0.2')]);
    assert.equal(await c.ask('tcp', clusterIp, 80, { timeoutMs: 300 }), 'ETIMEDOUT');
  });

  test('external addresses and those of load balancers lead in', async () => {
    const spec = { clusterIP: clusterIp, externalIPs: ['203.0.113.9'], ports: [{ port: 80, protocol: 'TCP' }] };
    await services.set('web', spec, [ready('10.1.0.2'), ready('10.1.0.3')]);
    assert.equal(await askMany(testbed.outside, 'tcp', '203.0.113.9', 80), 'a b');
    assert.equal(await askMany(c, 'tcp', '203.0.113.9', 80), 'a b');
  });

  test('ClientIP affinity keeps each client at its backend while others come and go, and times out', async () => {
    const spec = {
      clusterIP: clusterIp,
      sessionAffinity: 'ClientIP',
      sessionAffinityConfig: { clientIP: { timeoutSeconds: 2 } },
      ports: [{ port: 80, protocol: 'TCP' }],
    };
    const all = [ready('10.1.0.2'), ready('10.1.0.3'), ready('10.1.0.4')];
    await services.set('web', spec, all);
    const first = await c.ask('tcp', clusterIp, 80);
    assert.equal(await askMany(c, 'tcp', clusterIp, 80), first);
    const others = all.filter((_, i) => 'abc'[i] !== first);
    await services.set('web', spec, [...all.filter((_, i) => 'abc'[i] === first), others[0]!]);
    assert.equal(await askMany(c, 'tcp', clusterIp, 80), first);
    await services.set('web', spec, others);
    const second = await c.ask('tcp', clusterIp, 80);
    assert.notEqual(second, first);
    await services.set('web', spec, all);
    assert.equal(await askMany(c, 'tcp', clusterIp, 80), second);
    const seen = new Set([second]);
    for (let i = 0; i < 8 && seen.size === 1; i++) {
      await new Promise(resolve => setTimeout(resolve, 2300));
      seen.add(await c.ask('tcp', clusterIp, 80));
    }
    assert.ok(seen.size > 1, 'the client was never let go');
    await services.set('web', { ...spec, sessionAffinity: 'None' }, all);
    assert.equal(await askMany(c, 'tcp', clusterIp, 80), 'a b c');
  });

  test('a UDP client that keeps its port follows when its endpoint goes', async () => {
    const spec = { clusterIP: clusterIp, ports: [{ port: 80, protocol: 'UDP', nodePort: 30053 }] };
    await services.set('web', spec, [ready('10.1.0.2')]);
    const same = { sourcePort: 40_001, timeoutMs: 500 };
    assert.equal(await c.ask('udp', clusterIp, 80, same), 'a');
    assert.equal(await testbed.outside.ask('udp', NetworkTestbed.nodeIp, 30053, same), 'a');
    await services.set('web', spec, [ready('10.1.0.3')]);
    assert.equal(await c.ask('udp', clusterIp, 80, same), 'b');
    assert.equal(await testbed.outside.ask('udp', NetworkTestbed.nodeIp, 30053, same), 'b');
  });

  test('pods reach the outside with the address of their node', async () => {
    await testbed.outside.serve('tcp', '0.0.0.0', 9000, 'outside');
    assert.equal(await a.askFully('tcp', NetworkTestbed.outsideIp, 9000), 'outside from 192.0.2.1');
    assert.equal(await a.askFully('tcp', '10.1.0.3', 8080), 'b from 10.1.0.2');
  });

  test('source ranges of a load balancer keep others out', async () => {
    const spec = {
      type: 'LoadBalancer',
      clusterIP: '10.96.0.21',
      ports: [{ port: 80, protocol: 'TCP' }],
      loadBalancerSourceRanges: ['10.1.0.0/24', '10.1.0.0/25'],
    };
    const status = { loadBalancer: { ingress: [{ ip: '203.0.113.10' }] } };
    await services.set('balanced', spec, [ready('10.1.0.2')], status);
    assert.equal(await c.ask('tcp', '203.0.113.10', 80), 'a');
    assert.equal(await testbed.outside.ask('tcp', '203.0.113.10', 80, { timeoutMs: 300 }), 'ETIMEDOUT');
    await services.set('balanced', undefined);
  });

  test('IPv6 works as IPv4 does', async () => {
    const spec = { clusterIP: 'fd96::20', ports: [{ port: 80, protocol: 'TCP' }] };
    await services.set('six', spec, [ready('fd01::2'), ready('fd01::3')]);
    assert.equal(await askMany(c, 'tcp', 'fd96::20', 80), 'a b');
    assert.equal(await a.ask('tcp', 'fd96::20', 81), 'ECONNREFUSED');
    await services.set('six', spec, [ready('fd01::2')]);
    assert.equal(await askMany(a, 'tcp', 'fd96::20', 80), 'a');
    await services.set('six', undefined);
  });

  test('rules that somebody flushed come back with the next change', async () => {
    const spec = { clusterIP: clusterIp, ports: [{ port: 80, protocol: 'TCP' }] };
    await services.set('web', spec, [ready('10.1.0.2')]);
    execFileSync('nsenter', [`--net=/run/netns/${testbed.node.name}`, 'nft', 'flush', 'ruleset']);
    services.change('web', spec, [ready('10.1.0.3')]);
    await new Promise(resolve => setTimeout(resolve, 1200));
    assert.equal(services.problems.length, 1);
    assert.match(services.problems[0]!, /building them anew NftError: nft: .*No such file or directory/);
    services.problems.length = 0;
    assert.equal(await askMany(c, 'tcp', clusterIp, 80), 'b');
  });

  test('a second start on a table that a crash left behind replaces it', async () => {
    const second = new ProxyOnTestbed(testbed, 'sampan-test');
    second.proxy.start();
    await second.proxy.ready;
    // The address is nobody's any more.
    assert.equal(await c.ask('tcp', clusterIp, 80), 'ECONNREFUSED');
    second.dispose();
  });
});
