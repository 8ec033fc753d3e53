/** Services, endpoints and names from the API to rules and answers: a whole control plane, in virtual time. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import packet from 'dns-packet';
import {
  type EndpointSlice,
  endpointSlices,
  endpoints,
  type Service,
  services,
} from '../../src/api/generated/index.ts';
import { type Client, Informers } from '../../src/client/index.ts';
import { ControlPlane } from '../../src/cluster/index.ts';
import {
  type ClusterDns,
  type DnsListenerOptions,
  type PacketFilter,
  type ServiceProxy,
  startClusterDns,
  startServiceProxy,
} from '../../src/network/index.ts';
import { createObjectCodec, MemoryStore } from '../../src/storage/index.ts';
import { VirtualWorld } from '../../src/world/index.ts';

const zone = 'cluster.local';

describe('a control plane with proxy and DNS', () => {
  const world = new VirtualWorld({ seed: 7, drainMicrotasks: () => setImmediate() });
  const scripts: string[] = [];
  let isBridgeThere = false;
  let plane: ControlPlane;
  let client: Client;
  let informers: Informers;
  let proxy: ServiceProxy;
  let dns: ClusterDns;
  let server: DnsListenerOptions;

  const filter: PacketFilter = {
    prepare: async () => [],
    apply: async script => void scripts.push(script),
    listUdpFlows: async () => [],
    forgetUdpFlows: async () => {},
    nodeAddresses: () => new Set(),
  };

  before(async () => {
    const store = new MemoryStore({ clock: world.clock, codec: createObjectCodec() });
    plane = await ControlPlane.start({ world, store, certificateAuthority: 'test' });
    client = plane.client();
    informers = new Informers(world, client);
    proxy = startServiceProxy(world, informers, filter, {
      table: 'sampan-test',
      node: { nodeName: 'node', podCidrs: ['10.244.0.0/16'] },
      shouldMasqueradePodEgress: true,
    });
    const ports = {
      async listen(options: DnsListenerOptions) {
        if (!isBridgeThere) throw new Error('EADDRNOTAVAIL');
        server = options;
        return { address: options.address, port: 40_053, close: async () => {} };
      },
      transport: { exchange: () => Promise.reject(new Error('nobody there')) },
      nameServers: () => [],
    };
    dns = startClusterDns(world, client, informers, ports, {
      zone,
      clusterIp: '10.96.0.10',
      address: '10.244.0.1',
      nodeName: 'node',
      ownCidrs: ['10.244.0.0/16', '10.96.0.0/16'],
    });
    await world.advance(3000);
    isBridgeThere = true;
    await world.advance(1000);
    await Promise.all([proxy.ready, dns.ready]);
  });

  after(async () => {
    await dns.stop();
    await proxy.stop();
    informers.stop();
    plane.stop();
  });

  async function resolve(name: string): Promise<string[]> {
    const response = await server.respond(packet.encode({ type: 'query', questions: [{ type: 'A', name }] }), 'udp');
    return (packet.decode(Buffer.from(response!)).answers ?? []).map(answer => String('data' in answer && answer.data));
  }

  test('the Service kube-dns leads to where we listen', async () => {
    const ref = { namespace: 'kube-system', name: 'kube-dns' };
    const service = await client.get(services, ref);
    assert.equal(service.spec.clusterIP, '10.96.0.10');
    assert.deepEqual(
      service.spec.ports?.map(({ name, protocol, port }) => `${name} ${port}/${protocol}`),
      ['dns 53/UDP', 'dns-tcp 53/TCP'],
    );
    const { subsets } = await client.get(endpoints, ref);
    assert.equal(subsets?.[0]?.addresses?.[0]?.ip, '10.244.0.1');
    assert.deepEqual(await resolve(`kube-dns.kube-system.svc.${zone}`), ['10.96.0.10']);
    const all = scripts.join('');
    assert.match(all, /ip-outside-udp-1 \{ [^}]*10\.96\.0\.10 \. 53 \. 0 : 10\.244\.0\.1 \. 40053/);
    assert.match(all, /ip-outside-tcp-1 \{ [^}]*10\.96\.0\.10 \. 53 \. 0 : 10\.244\.0\.1 \. 40053/);
  });

  test('endpoints of the Service are of one slice only', async () => {
    await world.advance(10_000);
    const { items } = await client.list(endpointSlices, { namespace: 'kube-system' });
    assert.deepEqual(
      items.map(slice => slice.metadata.name),
      ['kube-dns'],
    );
  });

  test('a new Service has a name at once, and rules within the batching window', async () => {
    const service: Service = {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'web', namespace: 'default' },
      spec: { ports: [{ name: 'http', port: 80 }] },
    };
    const slice: EndpointSlice = {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: { name: 'web-1', namespace: 'default', labels: { 'kubernetes.io/service-name': 'web' } },
      addressType: 'IPv4',
      endpoints: [{ addresses: ['10.244.0.7'] }],
      ports: [{ name: 'http', port: 8080 }],
    };
    const { spec } = await client.create(services, service);
    await client.create(endpointSlices, slice);
    assert.deepEqual(await resolve(`web.default.svc.${zone}`), [spec.clusterIP]);
    scripts.length = 0;
    await world.advance(10);
    assert.match(scripts.join(''), new RegExp(`${spec.clusterIP} \\. 80 \\. 0 : 10\\.244\\.0\\.7 \\. 8080`));
    await client.delete(services, { namespace: 'default', name: 'web' });
    scripts.length = 0;
    await world.advance(10);
    assert.match(scripts.join(''), new RegExp(`delete element ip sampan-test cluster-ips \\{ ${spec.clusterIP} \\}`));
    assert.deepEqual(await resolve(`web.default.svc.${zone}`), []);
  });
});
