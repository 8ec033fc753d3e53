import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import packet, { type DecodedPacket, type RecordType } from 'dns-packet';
import { VirtualWorld } from '../../world/index.ts';
import type { EndpointView, ServiceView } from '../proxy/index.ts';
import { ClusterZone } from './cluster-zone.ts';
import { DnsResolver } from './dns-resolver.ts';
import { type DnsProtocol, UpstreamPool } from './upstream-pool.ts';

const zoneName = 'cluster.local';

interface SentQuery {
  readonly server: string;
  readonly name: string;
  readonly protocol: DnsProtocol;
}

/** A resolver over real messages; `upstream` plays the other servers. */
class ResolverBench {
  readonly world = new VirtualWorld({ seed: 1, drainMicrotasks: () => setImmediate() });
  readonly zone = new ClusterZone({
    name: zoneName,
    ownCidrs: ['10.244.0.0/16', '10.96.0.0/12', 'fd01::/64'],
    serverIps: ['10.96.0.10'],
  });
  readonly sent: SentQuery[] = [];
  upstream: (name: string, type: string, server: string) => Partial<packet.Packet> | undefined = () => undefined;
  readonly resolver: DnsResolver;

  constructor(servers: readonly string[] = ['192.0.2.53']) {
    const exchange = async (server: string, bytes: Uint8Array, protocol: DnsProtocol): Promise<Uint8Array> => {
      const query = packet.decode(Buffer.from(bytes));
      const [question] = query.questions!;
      this.sent.push({ server, name: question!.name, protocol });
      const reply = this.upstream(question!.name, question!.type, server);
      if (reply === undefined) throw new Error('timed out');
      return packet.encode({ type: 'response', id: query.id!, questions: query.questions!, ...reply });
    };
    const pool = new UpstreamPool(this.world, { exchange }, () => servers);
    this.resolver = new DnsResolver(this.world, this.zone, pool);
    this.zone.setNamespace('default', true);
  }

  add(name: string, spec: ServiceView['spec'], endpoints: readonly EndpointView[] = []): void {
    const ports = (spec?.ports ?? []).map(port => ({ ...port, port: port.port + 8000 }));
    const isIpv6 = (endpoint: EndpointView) => endpoint.addresses[0]!.includes(':');
    this.zone.setService(`default/${name}`, { metadata: { namespace: 'default', name }, spec }, [
      { addressType: 'IPv4', ports, endpoints: endpoints.filter(endpoint => !isIpv6(endpoint)) },
      { addressType: 'IPv6', ports, endpoints: endpoints.filter(isIpv6) },
    ]);
  }

  async ask(name: string, type: RecordType = 'A', options: Partial<packet.Packet> = {}): Promise<DecodedPacket> {
    const query = packet.encode({ type: 'query', id: 77, flags: 0x100, questions: [{ type, name }], ...options });
    const response = await this.resolver.respond(query, 'udp');
    assert.ok(response !== undefined);
    const decoded = packet.decode(Buffer.from(response));
    assert.equal(decoded.id, 77);
    return decoded;
  }

  /** The answers as text, or the code where there are none. */
  async resolve(name: string, type: RecordType = 'A'): Promise<string> {
    const response = await this.ask(name, type);
    const code = (response as unknown as { rcode: string }).rcode;
    const answers = response.answers ?? [];
    if (answers.length === 0) return code === 'NOERROR' ? 'NODATA' : code;
    return answers.map(describeRecord).sort().join(', ');
  }
}

function describeRecord(record: packet.Answer): string {
  const data = 'data' in record ? record.data : undefined;
  const text =
    record.type === 'SRV'
      ? `${record.data.priority} ${record.data.weight} ${record.data.port} ${record.data.target}`
      : String(Array.isArray(data) ? data.join('') : data);
  return record.type === 'A' || record.type === 'AAAA' ? text : `${record.type} ${text}`;
}

const http = { name: 'http', port: 80, protocol: 'TCP' };
const clusterIpSpec = { clusterIP: '10.96.0.20', ports: [http, { name: 'q', port: 81, protocol: 'UDP' }] };
const headlessSpec = { clusterIP: 'None', ports: [http] };
const svc = (name: string): string => `${name}.default.svc.${zoneName}`;

test('a Service with a ClusterIP has that address', async () => {
  const bench = new ResolverBench();
  bench.add('web', clusterIpSpec, [{ addresses: ['10.244.0.2'] }]);
  assert.equal(await bench.resolve(svc('web')), '10.96.0.20');
  assert.equal(await bench.resolve(svc('WEB')), '10.96.0.20');
  assert.equal(await bench.resolve(svc('web'), 'AAAA'), 'NODATA');
  assert.equal(await bench.resolve(svc('web'), 'TXT'), 'NODATA');
  assert.deepEqual(bench.sent, []);
});

test('an answer is authoritative, repeats the letters of the question and lives for 30 seconds', async () => {
  const bench = new ResolverBench();
  bench.add('web', clusterIpSpec);
  const response = await bench.ask('WeB.default.SVC.cluster.local');
  assert.equal(response.flag_aa, true);
  assert.equal(response.flag_ra, true);
  assert.equal(response.flag_rd, true);
  assert.deepEqual(
    response.answers?.map(answer => [answer.name, 'ttl' in answer && answer.ttl]),
    [['WeB.default.SVC.cluster.local', 30]],
  );
});

test('a dual-stack Service answers in both families', async () => {
  const bench = new ResolverBench();
  bench.add('web', { ...clusterIpSpec, clusterIPs: ['10.96.0.20', 'fd96::20'] });
  assert.equal(await bench.resolve(svc('web')), '10.96.0.20');
  assert.equal(await bench.resolve(svc('web'), 'AAAA'), 'fd96::20');
});

test('a headless Service has its ready endpoints, and no name without any', async () => {
  const bench = new ResolverBench();
  const endpoints = [
    { addresses: ['10.244.0.2'], hostname: 'db-0' },
    { addresses: ['10.244.0.3'], conditions: { ready: true } },
    { addresses: ['10.244.0.4'], conditions: { ready: false } },
  ];
  bench.add('db', headlessSpec, endpoints);
  assert.equal(await bench.resolve(svc('db')), '10.244.0.2, 10.244.0.3');
  assert.equal(await bench.resolve(svc('db-0.db')), '10.244.0.2');
  assert.equal(await bench.resolve(svc('10-244-0-3.db')), '10.244.0.3');
  assert.equal(await bench.resolve(svc('10-244-0-2.db')), 'NXDOMAIN');
  assert.equal(await bench.resolve(svc('10-244-0-4.db')), 'NXDOMAIN');
  bench.add('db', headlessSpec, [endpoints[2]!]);
  assert.equal(await bench.resolve(svc('db')), 'NXDOMAIN');
});

test('names that do not exist are told from names without such records', async () => {
  const bench = new ResolverBench();
  bench.add('web', clusterIpSpec);
  assert.equal(await bench.resolve(svc('other')), 'NXDOMAIN');
  assert.equal(await bench.resolve(`web.nowhere.svc.${zoneName}`), 'NXDOMAIN');
  assert.equal(await bench.resolve(`nowhere.svc.${zoneName}`), 'NXDOMAIN');
  assert.equal(await bench.resolve(`default.svc.${zoneName}`), 'NODATA');
  assert.equal(await bench.resolve(`svc.${zoneName}`), 'NODATA');
  assert.equal(await bench.resolve(zoneName), 'NODATA');
  assert.equal(await bench.resolve(`a.b.${svc('web')}`), 'NXDOMAIN');
  assert.equal(await bench.resolve(`google.com.${zoneName}`), 'NXDOMAIN');
  const [soa] = (await bench.ask(svc('other'))).authorities ?? [];
  assert.equal(soa?.type, 'SOA');
  assert.equal(soa?.name, zoneName);
});

test('SRV records name the ports, by name and protocol or all, with the targets’ addresses', async () => {
  const bench = new ResolverBench();
  bench.add('web', clusterIpSpec);
  bench.add('db', headlessSpec, [{ addresses: ['10.244.0.2'], hostname: 'db-0' }, { addresses: ['10.244.0.3'] }]);
  assert.equal(await bench.resolve(`_http._tcp.${svc('web')}`, 'SRV'), `SRV 0 100 80 ${svc('web')}`);
  assert.equal(await bench.resolve(`_http._udp.${svc('web')}`, 'SRV'), 'NXDOMAIN');
  assert.equal(await bench.resolve(`_tcp.${svc('web')}`, 'SRV'), 'NODATA');
  assert.equal(await bench.resolve(svc('web'), 'SRV'), `SRV 0 50 80 ${svc('web')}, SRV 0 50 81 ${svc('web')}`);
  assert.equal(
    await bench.resolve(`_http._tcp.${svc('db')}`, 'SRV'),
    `SRV 0 50 8080 ${svc('10-244-0-3.db')}, SRV 0 50 8080 ${svc('db-0.db')}`,
  );
  const { additionals } = await bench.ask(`_http._tcp.${svc('db')}`, 'SRV');
  assert.deepEqual(additionals?.map(describeRecord).sort(), ['10.244.0.2', '10.244.0.3']);
});

test('reverse names lead to Services and endpoints; the cluster’s own unknown addresses have none', async () => {
  const bench = new ResolverBench();
  bench.upstream = () => ({
    answers: [{ type: 'PTR', name: '1.2.0.192.in-addr.arpa', ttl: 5, data: 'outside.example' }],
  });
  bench.add('web', clusterIpSpec);
  bench.add('db', headlessSpec, [{ addresses: ['10.244.0.2'], hostname: 'db-0' }, { addresses: ['fd01::7'] }]);
  assert.equal(await bench.resolve('20.0.96.10.in-addr.arpa', 'PTR'), `PTR ${svc('web')}`);
  assert.equal(await bench.resolve('2.0.244.10.in-addr.arpa', 'PTR'), `PTR ${svc('db-0.db')}`);
  const ipv6Name = '7.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.1.0.d.f.ip6.arpa';
  assert.equal(await bench.resolve(ipv6Name, 'PTR'), `PTR ${svc('fd01--7.db')}`);
  assert.equal(await bench.resolve('9.0.244.10.in-addr.arpa', 'PTR'), 'NXDOMAIN');
  assert.deepEqual(bench.sent, []);
  assert.equal(await bench.resolve('1.2.0.192.in-addr.arpa', 'PTR'), 'PTR outside.example');
  bench.add('db', headlessSpec, []);
  assert.equal(await bench.resolve('2.0.244.10.in-addr.arpa', 'PTR'), 'NXDOMAIN');
});

test('pods have names made from their addresses, and the zone says its version and its server', async () => {
  const bench = new ResolverBench();
  assert.equal(await bench.resolve(`10-244-0-9.default.pod.${zoneName}`), '10.244.0.9');
  assert.equal(await bench.resolve(`fd01--9.default.pod.${zoneName}`, 'AAAA'), 'fd01::9');
  assert.equal(await bench.resolve(`10-244-0-300.default.pod.${zoneName}`), 'NXDOMAIN');
  assert.equal(await bench.resolve(`10-244-0-9.nowhere.pod.${zoneName}`), 'NXDOMAIN');
  assert.equal(await bench.resolve(`dns-version.${zoneName}`, 'TXT'), 'TXT 1.1.0');
  assert.equal(await bench.resolve(`ns.dns.${zoneName}`), '10.96.0.10');
  assert.equal(await bench.resolve(zoneName, 'NS'), `NS ns.dns.${zoneName}`);
});

test('an ExternalName is an alias, looked up where it leads', async () => {
  const bench = new ResolverBench();
  bench.upstream = name =>
    name === 'db.example.org' ? { answers: [{ type: 'A', name, ttl: 300, data: '198.51.100.7' }] } : { flags: 3 };
  bench.add('outside', { type: 'ExternalName', externalName: 'db.example.org' });
  bench.add('inside', { type: 'ExternalName', externalName: svc('web') });
  bench.add('nowhere', { type: 'ExternalName', externalName: 'nowhere.example.org' });
  bench.add('web', clusterIpSpec);
  assert.equal(await bench.resolve(svc('outside'), 'CNAME'), 'CNAME db.example.org');
  assert.deepEqual(bench.sent, []);
  assert.equal(await bench.resolve(svc('outside')), '198.51.100.7, CNAME db.example.org');
  assert.equal(await bench.resolve(svc('inside')), `10.96.0.20, CNAME ${svc('web')}`);
  const lost = (await bench.ask(svc('nowhere'))) as unknown as { rcode: string };
  assert.equal(lost.rcode, 'NXDOMAIN');
  bench.upstream = () => undefined;
  bench.add('unheard', { type: 'ExternalName', externalName: 'unheard.example.org' });
  assert.equal(await bench.resolve(svc('unheard')), 'CNAME unheard.example.org');
});

test('an ExternalName that leads to itself ends', async () => {
  const bench = new ResolverBench();
  bench.add('loop', { type: 'ExternalName', externalName: svc('loop') });
  assert.match(await bench.resolve(svc('loop')), /^CNAME/);
});

test('what lies outside is asked of other servers, and remembered for at most 30 seconds', async () => {
  const bench = new ResolverBench();
  bench.upstream = name => ({ answers: [{ type: 'A', name, ttl: 300, data: '198.51.100.7' }] });
  assert.equal(await bench.resolve('example.org'), '198.51.100.7');
  await bench.world.advance(10_000);
  const again = await bench.ask('EXAMPLE.org');
  assert.equal(bench.sent.length, 1);
  assert.equal(again.questions?.[0]?.name, 'EXAMPLE.org');
  assert.equal((again.answers![0] as { ttl: number }).ttl, 20);
  await bench.world.advance(20_000);
  assert.equal(await bench.resolve('example.org'), '198.51.100.7');
  assert.equal(bench.sent.length, 2);
});

test('that there is nothing is remembered as long as the SOA says, failures are not', async () => {
  const bench = new ResolverBench();
  const soa = { mname: 'a', rname: 'b', serial: 1, refresh: 1, retry: 1, expire: 1, minimum: 7 };
  bench.upstream = name => ({ flags: 3, authorities: [{ type: 'SOA', name, ttl: 60, data: soa }] });
  for (let i = 0; i < 3; i++) assert.equal(await bench.resolve('gone.example.org'), 'NXDOMAIN');
  assert.equal(bench.sent.length, 1);
  await bench.world.advance(7000);
  await bench.resolve('gone.example.org');
  assert.equal(bench.sent.length, 2);
  bench.upstream = () => ({ flags: 2 });
  for (let i = 0; i < 3; i++) assert.equal(await bench.resolve('broken.example.org'), 'SERVFAIL');
  assert.equal(bench.sent.length, 5);
});

test('a server that does not answer is passed over, then avoided; without any the answer is SERVFAIL', async () => {
  const bench = new ResolverBench(['192.0.2.53', '192.0.2.54']);
  bench.upstream = (name, _, server) =>
    server === '192.0.2.53' ? undefined : { answers: [{ type: 'A', name, ttl: 0, data: '198.51.100.7' }] };
  for (let i = 0; i < 20; i++) assert.equal(await bench.resolve('example.org'), '198.51.100.7');
  assert.equal(bench.sent.filter(query => query.server === '192.0.2.53').length, 1);
  bench.upstream = () => undefined;
  assert.equal(await bench.resolve('example.org'), 'SERVFAIL');
  assert.equal(await new ResolverBench([]).resolve('example.org'), 'SERVFAIL');
});

test('an answer too long for UDP is cut off and marked, unless the client takes more', async () => {
  const bench = new ResolverBench();
  const endpoints = Array.from({ length: 60 }, (_, i) => ({ addresses: [`10.244.1.${i}`] }));
  bench.add('many', headlessSpec, endpoints);
  const short = await bench.ask(svc('many'));
  assert.equal(short.flag_tc, true);
  assert.equal(short.answers?.length, Math.floor((512 - 12 - svc('many').length - 2 - 4) / 16));
  const edns = { additionals: [{ type: 'OPT', name: '.', udpPayloadSize: 1232, flags: 0, options: [] } as never] };
  const long = await bench.ask(svc('many'), 'A', edns);
  assert.equal(long.flag_tc, false);
  assert.equal(long.answers?.length, 60);
  assert.deepEqual(
    long.additionals?.map(record => record.type),
    ['OPT'],
  );
  const query = packet.encode({ type: 'query', id: 1, questions: [{ type: 'A', name: svc('many') }] });
  const overTcp = packet.decode(Buffer.from((await bench.resolver.respond(query, 'tcp'))!));
  assert.equal(overTcp.answers?.length, 60);
});

test('addresses come in another order each time', async () => {
  const bench = new ResolverBench();
  bench.add('db', headlessSpec, [
    { addresses: ['10.244.0.2'] },
    { addresses: ['10.244.0.3'] },
    { addresses: ['10.244.0.4'] },
  ]);
  const firsts = new Set<string>();
  for (let i = 0; i < 30; i++) firsts.add(describeRecord((await bench.ask(svc('db'))).answers![0]!));
  assert.equal(firsts.size, 3);
});

test('what is no proper query is refused, and what is an answer stays without one', async () => {
  const bench = new ResolverBench();
  const codeOf = async (message: Uint8Array): Promise<number | undefined> => {
    const response = await bench.resolver.respond(message, 'udp');
    return response === undefined ? undefined : response[3]! & 0x0f;
  };
  const query = packet.encode({ type: 'query', id: 1, questions: [{ type: 'A', name: svc('web') }] });
  assert.equal(await codeOf(query.subarray(0, 5)), undefined);
  assert.equal(await codeOf(query.subarray(0, 20)), 1);
  assert.equal(await codeOf(Buffer.concat([query.subarray(0, 2), Buffer.from([0x80]), query.subarray(3)])), undefined);
  assert.equal(await codeOf(Buffer.concat([query.subarray(0, 2), Buffer.from([0x28]), query.subarray(3)])), 4);
  assert.equal(await codeOf(packet.encode({ type: 'query', questions: [{ type: 'AXFR', name: zoneName }] })), 5);
});
