import assert from 'node:assert/strict';
import { test } from 'node:test';
import { selectBackends } from './backends.ts';
import { ipv4, ipv6 } from './family.ts';
import { mergeCidrs } from './merge-cidrs.ts';
import { isProxied, rulesForService, unsupportedPorts } from './service-rules.ts';
import type { EndpointSliceView, EndpointView, ServiceView } from './service-view.ts';
import { findStaleFlows, type TrackedFlow } from './udp-flows.ts';

const node = { nodeName: 'here', podCidrs: ['10.244.0.0/16'] };
const port = { name: 'http', port: 80, protocol: 'TCP' };

function slice(endpoints: readonly EndpointView[], more: Partial<EndpointSliceView> = {}): EndpointSliceView {
  return { addressType: 'IPv4', ports: [{ name: 'http', port: 8080, protocol: 'TCP' }], endpoints, ...more };
}

function endpoint(ip: string, conditions: EndpointView['conditions'] = {}, nodeName = 'here'): EndpointView {
  return { addresses: [ip], conditions, nodeName };
}

function service(spec: ServiceView['spec'], metadata: ServiceView['metadata'] = {}): ServiceView {
  return { metadata: { namespace: 'default', name: 'web', ...metadata }, spec: { ports: [port], ...spec } };
}

function elementsOf(spec: ServiceView['spec'], endpoints: readonly EndpointView[], container: string): string[] {
  const { elements } = rulesForService(ipv4, service(spec), [slice(endpoints)], node);
  return elements.filter(element => element.container === container).map(({ key, value }) => `${key} → ${value}`);
}

function ipsOf(endpoints: readonly EndpointView[]): { cluster: string[]; local: string[] } {
  const { cluster, local } = selectBackends(ipv4, port, [slice(endpoints)], 'here');
  return { cluster: cluster.map(backend => backend.ip), local: local.map(backend => backend.ip) };
}

test('an endpoint without conditions is ready', () => {
  assert.deepEqual(ipsOf([endpoint('10.244.0.2')]), { cluster: ['10.244.0.2'], local: ['10.244.0.2'] });
});

test('endpoints that are not ready get nothing while others are', () => {
  const leaving = { ready: false, serving: true, terminating: true };
  const endpoints = [endpoint('10.244.0.2', leaving), endpoint('10.244.0.3'), endpoint('10.244.0.4', { ready: false })];
  assert.deepEqual(ipsOf(endpoints).cluster, ['10.244.0.3']);
});

test('endpoints that shut down but still serve take over when none is ready, for the node by itself as well', () => {
  const leaving = { ready: false, serving: true, terminating: true };
  const gone = { ready: false, serving: false, terminating: true };
  assert.deepEqual(ipsOf([endpoint('10.244.0.2', leaving), endpoint('10.244.0.3', gone)]).cluster, ['10.244.0.2']);
  assert.deepEqual(ipsOf([endpoint('10.244.0.2', leaving), endpoint('10.244.9.9', {}, 'there')]), {
    cluster: ['10.244.9.9'],
    local: ['10.244.0.2'],
  });
});

test('only slices of the family, with the port of that name and protocol, count', () => {
  const six = slice([{ addresses: ['fd00::2'] }], { addressType: 'IPv6' });
  const other = slice([endpoint('10.244.0.9')], { ports: [{ name: 'metrics', port: 9090, protocol: 'TCP' }] });
  const udp = slice([endpoint('10.244.0.8')], { ports: [{ name: 'http', port: 8080, protocol: 'UDP' }] });
  const all = [six, other, udp, slice([endpoint('10.244.0.2'), endpoint('10.244.0.2')])];
  assert.deepEqual(
    selectBackends(ipv4, port, all, 'here').cluster.map(backend => `${backend.ip}:${backend.port}`),
    ['10.244.0.2:8080'],
  );
  assert.deepEqual(
    selectBackends(ipv6, port, all, 'here').cluster.map(backend => backend.ip),
    ['fd00::2'],
  );
});

test('a ClusterIP leads to the pool of as many backends as it has', () => {
  const spec = { clusterIP: '10.96.0.1' };
  const endpoints = [endpoint('10.244.0.3'), endpoint('10.244.0.2', {}, 'there')];
  assert.deepEqual(elementsOf(spec, endpoints, 'service-ips'), ['10.96.0.1 . tcp . 80 → goto ip-outside-tcp-2']);
  assert.deepEqual(elementsOf(spec, endpoints, 'ip-outside-tcp-2'), [
    '10.96.0.1 . 80 . 0 → 10.244.0.2 . 8080',
    '10.96.0.1 . 80 . 1 → 10.244.0.3 . 8080',
  ]);
  assert.deepEqual(elementsOf(spec, endpoints, 'hairpin'), ['10.244.0.3 . 10.244.0.3 → ']);
  assert.deepEqual(elementsOf(spec, [], 'service-ips'), []);
  assert.deepEqual(elementsOf(spec, [], 'cluster-ips'), ['10.96.0.1 → ']);
});

test('a NodePort without endpoints is refused, and with externalTrafficPolicy Local dropped for strangers', () => {
  const spec = { type: 'NodePort', clusterIP: '10.96.0.1', ports: [{ ...port, nodePort: 30080 }] };
  assert.deepEqual(elementsOf(spec, [], 'unserved-node-ports'), ['tcp . 30080 → ']);
  const local = { ...spec, externalTrafficPolicy: 'Local' };
  assert.deepEqual(elementsOf(local, [endpoint('10.244.9.9', {}, 'there')], 'node-ports-local'), [
    'tcp . 30080 → drop',
  ]);
  assert.deepEqual(elementsOf(local, [endpoint('10.244.9.9', {}, 'there')], 'node-ports'), [
    'tcp . 30080 → goto port-outside-tcp-1',
  ]);
});

test('headless Services, ExternalNames and those of another proxy are left alone', () => {
  assert.equal(isProxied(service({ clusterIP: 'None' })), false);
  assert.equal(isProxied(service({ type: 'ExternalName', externalName: 'example.org' })), false);
  const labels = { 'service.kubernetes.io/service-proxy-name': 'other' };
  assert.equal(isProxied(service({ clusterIP: '10.96.0.1' }, { labels })), false);
  assert.equal(isProxied(service({ clusterIP: '10.96.0.1' })), true);
});

test('SCTP ports are named as unsupported and left out', () => {
  const sctp = service({ clusterIP: '10.96.0.1', ports: [{ port: 9000, protocol: 'SCTP' }] });
  assert.deepEqual(unsupportedPorts(sctp), [{ port: 9000, protocol: 'SCTP' }]);
  assert.deepEqual(
    rulesForService(ipv4, sctp, [], node).elements.map(element => element.container),
    ['cluster-ips'],
  );
});

test('ranges that lie inside others fall out, in both families', () => {
  const ranges = ['10.1.0.0/16', '10.0.0.0/8', '192.0.2.7/32', '10.0.0.0/8', 'nonsense', '300.0.0.0/8', '11.0.0.0/8'];
  assert.deepEqual(mergeCidrs(ranges), ['10.0.0.0/8', '11.0.0.0/8', '192.0.2.7/32']);
  assert.deepEqual(mergeCidrs(['fd00:1::/32', 'fd00::/16', '2001:db8::1/128']), ['fd00::/16', '2001:db8::1/128']);
});

test('UDP flows to former endpoints are stale, those to present ones and of strangers are not', () => {
  const flow = (destination: string, destinationPort: number, reply: string): TrackedFlow => ({
    originalSource: '10.244.0.7',
    originalSourcePort: 40_000,
    originalDestination: destination,
    originalDestinationPort: destinationPort,
    replySource: reply,
    replySourcePort: 5353,
  });
  const frontend = { protocol: 'udp', ip: '10.96.0.10', port: 53 } as const;
  const nodePort = { protocol: 'udp', port: 30053 } as const;
  const backends = new Set(['10.244.0.2 5353']);
  const stale = [flow('10.96.0.10', 53, '10.244.0.3'), flow('192.0.2.1', 30053, '10.244.0.3')];
  const good = [
    flow('10.96.0.10', 53, '10.244.0.2'),
    flow('192.0.2.1', 30053, '10.244.0.2'),
    flow('192.0.2.99', 30053, '192.0.2.99'),
    flow('10.96.0.11', 53, '10.244.0.3'),
  ];
  const routes = [
    { frontend, backends },
    { frontend: nodePort, backends },
  ];
  assert.deepEqual(findStaleFlows([...good, ...stale], routes, new Set(['192.0.2.1'])), stale);
});
