import assert from 'node:assert/strict';
import { Resolver } from 'node:dns/promises';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import packet from 'dns-packet';
import { ClusterZone, type DnsListener, DnsResolver, UpstreamPool } from '../../network/index.ts';
import { VirtualWorld } from '../../world/index.ts';
import { listenForDns } from './dns-server.ts';
import { followHostNameServers } from './host-name-servers.ts';
import { frameMessage, MessageStream } from './message-stream.ts';
import { NodeDnsTransport } from './node-dns-transport.ts';

const svc = (name: string): string => `${name}.default.svc.cluster.local`;

describe('DNS over real sockets', () => {
  const world = new VirtualWorld({ seed: 1, drainMicrotasks: () => setImmediate() });
  const errors: unknown[] = [];
  let outside: DnsListener;
  let inside: DnsListener;
  let resolver: Resolver;

  async function listen(
    zoneName: string,
    servers: readonly string[],
    port: number,
  ): Promise<[DnsListener, ClusterZone]> {
    const zone = new ClusterZone({ name: zoneName, ownCidrs: [], serverIps: ['10.96.0.10'] });
    const pool = new UpstreamPool(world, new NodeDnsTransport(port), () => servers);
    const dnsResolver = new DnsResolver(world, zone, pool);
    const listener = await listenForDns({
      address: '127.0.0.1',
      port: 0,
      respond: (message, protocol) => dnsResolver.respond(message, protocol),
      onError: error => errors.push(error),
    });
    return [listener, zone];
  }

  before(async () => {
    let zone: ClusterZone;
    [outside, zone] = await listen('example.org', [], 53);
    addHeadless(zone, 'far', 60);
    [inside, zone] = await listen('cluster.local', ['127.0.0.1'], outside.port);
    addHeadless(zone, 'few', 2);
    addHeadless(zone, 'many', 200);
    resolver = new Resolver({ timeout: 2000, tries: 1 });
    resolver.setServers([`127.0.0.1:${inside.port}`]);
  });

  after(async () => {
    await Promise.all([inside.close(), outside.close()]);
    assert.deepEqual(errors, []);
  });

  function addHeadless(zone: ClusterZone, name: string, count: number): void {
    const endpoints = Array.from({ length: count }, (_, i) => ({ addresses: [`10.244.1.${i}`] }));
    zone.setNamespace('default', true);
    const service = { metadata: { namespace: 'default', name }, spec: { clusterIP: 'None' } };
    zone.setService(`default/${name}`, service, [{ addressType: 'IPv4', endpoints }]);
  }

  test('a resolver gets addresses over UDP', async () => {
    assert.deepEqual((await resolver.resolve4(svc('few'))).sort(), ['10.244.1.0', '10.244.1.1']);
  });

  test('a resolver comes back over TCP for what does not fit', async () => {
    assert.equal((await resolver.resolve4(svc('many'))).length, 200);
  });

  test('a resolver is told apart a name that is not there from one without such records', async () => {
    await assert.rejects(resolver.resolve4(svc('none')), { code: 'ENOTFOUND' });
    await assert.rejects(resolver.resolve6(svc('few')), { code: 'ENODATA' });
  });

  test('what lies outside is asked of another server, over TCP where that is needed', async () => {
    assert.equal((await resolver.resolve4('far.default.svc.example.org')).length, 60);
    await assert.rejects(resolver.resolve4('none.default.svc.example.org'), { code: 'ENOTFOUND' });
  });

  test('a server that is not there fails at once, not after a timeout', async () => {
    await outside.close();
    const started = performance.now();
    await assert.rejects(resolver.resolve4('fresh.example.org'), { code: 'ESERVFAIL' });
    assert.ok(performance.now() - started < 1000);
    outside = { ...outside, close: async () => {} };
  });

  test('several questions over one connection, in one piece or byte by byte, are all answered', async () => {
    const question = (id: number) =>
      frameMessage(packet.encode({ type: 'query', id, questions: [{ type: 'A', name: svc('few') }] }));
    const socket = connect({ host: '127.0.0.1', port: inside.port, noDelay: true });
    const stream = new MessageStream();
    const ids: number[] = [];
    const done = new Promise<void>(resolve => {
      socket.on('data', chunk => {
        for (const message of stream.take(Buffer.from(chunk))) ids.push(packet.decode(Buffer.from(message)).id!);
        if (ids.length === 3) resolve();
      });
    });
    socket.write(Buffer.concat([question(1), question(2)]));
    for (const byte of question(3)) {
      socket.write(Buffer.from([byte]));
      await setImmediate();
    }
    await done;
    socket.destroy();
    assert.deepEqual(ids, [1, 2, 3]);
  });

  test('an address that is not the host’s, and a port that is taken, are refused', async () => {
    const options = { respond: () => undefined, onError: () => {} };
    await assert.rejects(listenForDns({ ...options, address: '192.0.2.1', port: 0 }), { code: 'EADDRNOTAVAIL' });
    await assert.rejects(listenForDns({ ...options, address: '127.0.0.1', port: inside.port }), { code: 'EADDRINUSE' });
  });

  test('the host’s name servers are read from its resolv.conf', () => {
    const directory = mkdtempSync(join(tmpdir(), 'sampan-dns-'));
    const file = join(directory, 'resolv.conf');
    writeFileSync(
      file,
      '# comment\nsearch example.org\nnameserver 192.0.2.1\nnameserver\t192.0.2.2  \nnameserver 192.0.2.1\n',
    );
    assert.deepEqual(followHostNameServers(file)(), ['192.0.2.1', '192.0.2.2']);
    assert.deepEqual(followHostNameServers(join(directory, 'none'))(), []);
    rmSync(directory, { recursive: true });
  });
});
