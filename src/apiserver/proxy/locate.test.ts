import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { endpointSlices, endpoints, pods, services } from '../../api/generated/index.ts';
import { createSeededRandom } from '../../world/index.ts';
import type { ObjectView } from '../object-view.ts';
import { locateNode } from './node-backend.ts';
import { locatePod } from './pod-backend.ts';
import { readProxiedName } from './proxied-name.ts';
import { encodePath, joinRest, prefixOf } from './proxied-path.ts';
import { resolveService } from './resolve-service.ts';
import { locateService } from './service-backend.ts';

function viewOf(objects: readonly (readonly [unknown, { metadata: { name: string } }])[]): ObjectView {
  const ofType = (type: unknown) => objects.filter(([of]) => of === type).map(([, object]) => object);
  return {
    get: (type, _namespace, name) => ofType(type).find(({ metadata }) => metadata.name === name) as never,
    list: type => ofType(type) as never,
    hasAny: type => ofType(type).length > 0,
  };
}

const nameOf = (text: string) => readProxiedName(text)!;

test('a proxied name may have a scheme and a port', () => {
  assert.deepEqual(readProxiedName('web'), { scheme: 'http', name: 'web', port: '' });
  assert.deepEqual(readProxiedName('web:8080'), { scheme: 'http', name: 'web', port: '8080' });
  assert.deepEqual(readProxiedName('https:web:'), { scheme: 'https', name: 'web', port: '' });
  for (const text of ['', ':80', 'ftp:web:80', 'a:b:c:d', 'https::80']) assert.equal(readProxiedName(text), undefined);
});

test('a path cannot leave the root, and is encoded anew', () => {
  assert.equal(joinRest([], false), '');
  assert.equal(joinRest([], true), '/');
  assert.equal(joinRest(['..', 'a', '', '.', 'b'], true), '/a/b/');
  assert.equal(joinRest(['..', '..'], false), '/');
  assert.equal(prefixOf('/api/v1/pods/proxy/proxy/a//b%20c/', 3), '/api/v1/pods/proxy/proxy');
  assert.equal(prefixOf('/api/v1/pods/%61/proxy', 0), '/api/v1/pods/a/proxy');
  assert.equal(encodePath('/a b/ü@:,;=+$&?#%'), '/a%20b/%C3%BC@:,;=+$&%3F%23%25');
});

describe('a pod', () => {
  const pod = (ip: string | undefined, ports: readonly number[] = []) =>
    ({
      metadata: { name: 'web' },
      spec: { containers: [{}, { ports: ports.map(containerPort => ({ containerPort })) }] },
      status: { podIPs: ip === undefined ? [] : [{ ip }] },
    }) as never;

  test('is reached at its first address and port, or the one that is asked for', () => {
    assert.deepEqual(locatePod(pod('10.0.0.1', [8080, 9090]), nameOf('web')), {
      scheme: 'http',
      host: '10.0.0.1',
      port: 8080,
      shouldSkipVerification: true,
    });
    assert.equal(locatePod(pod('10.0.0.1', [8080]), nameOf('web:81')).port, 81);
    assert.equal(locatePod(pod('10.0.0.1'), nameOf('https:web:')).port, 443);
    assert.equal(locatePod(pod('fd00::1'), nameOf('web:http')).port, 80);
    assert.throws(() => locatePod(pod('10.0.0.1'), nameOf('web:main')), /dial tcp: lookup tcp\/main: unknown port$/);
  });

  test('is not reached at addresses that only the server itself should reach', () => {
    for (const ip of [
      undefined,
      '127.0.0.1',
      '169.254.169.254',
      '224.0.0.1',
      '0.0.0.0',
      '255.255.255.255',
      '::1',
      'fe80::1',
    ]) {
      assert.throws(() => locatePod(pod(ip), nameOf('web:80')), /address not allowed/);
    }
  });
});

test('a node is reached at its address: its kubelet, or another port', () => {
  const status = {
    addresses: [
      { type: 'Hostname', address: 'n' },
      { type: 'InternalIP', address: '10.0.0.9' },
    ],
    daemonEndpoints: { kubeletEndpoint: { Port: 10260 } },
  };
  const node = { metadata: { name: 'n' }, status } as never;
  assert.deepEqual(
    { ...locateNode(node, nameOf('n')), shouldSkipVerification: 0 },
    {
      scheme: 'https',
      host: '10.0.0.9',
      port: 10260,
      shouldSkipVerification: 0,
    },
  );
  assert.equal(locateNode(node, nameOf('http:n:10260')).scheme, 'https');
  assert.equal(locateNode(node, nameOf('n:9100')).scheme, 'http');
});

describe('a Service', () => {
  const random = createSeededRandom(1);
  const web = {
    metadata: { name: 'web', namespace: 'a' },
    spec: {
      ports: [
        { port: 80, name: 'http' },
        { port: 443, name: 'https' },
      ],
      ipFamilies: ['IPv4'],
    },
  };
  const ready = (name: string, ip: string) => ({ ip, nodeName: 'n', targetRef: { kind: 'Pod', name, namespace: 'a' } });
  const podAt = (name: string, ip: string) => [pods, { metadata: { name }, status: { podIPs: [{ ip }] } }] as const;

  test('is answered for by any of its pods, and by nothing that is no pod of it', () => {
    const subsets = [
      { addresses: [ready('x', '10.0.0.1'), ready('y', '10.0.0.2'), ready('gone', '10.0.0.3'), { ip: '10.0.0.4' }] },
      { addresses: [ready('x', '10.9.9.9')] },
    ].map(subset => ({ ...subset, ports: [{ name: 'http', port: 8080 }] }));
    const view = viewOf([
      [endpoints, { metadata: { name: 'web' }, subsets } as never],
      podAt('x', '10.0.0.1'),
      podAt('y', '10.0.0.2'),
    ]);
    const wanted = { namespace: 'a', service: web as never, asked: nameOf('web:80'), id: 'web:80' };
    const found = new Set(Array.from({ length: 100 }, () => locateService(view, random, wanted).backend.host));
    assert.deepEqual([...found].sort(), ['10.0.0.1', '10.0.0.2']);
    assert.deepEqual(locateService(view, random, wanted).nodeName, 'n');
  });

  test('is reached by the server at a ready endpoint of its first family', () => {
    const slice = (name: string, addressType: string, list: readonly object[]) =>
      [
        endpointSlices,
        {
          metadata: { name, namespace: 'a', labels: { 'kubernetes.io/service-name': 'web' } },
          addressType,
          endpoints: list,
          ports: [{ name: 'https', port: 8443 }],
        } as never,
      ] as const;
    const view = viewOf([
      [services, web],
      slice('a', 'IPv6', [{ addresses: ['fd00::1'] }]),
      slice('b', 'IPv4', [
        { addresses: ['10.0.0.1'], conditions: { ready: false } },
        { addresses: ['10.0.0.2', '10.0.0.3'], conditions: { ready: true } },
        { addresses: ['10.0.0.4'] },
      ]),
    ]);
    const reference = { namespace: 'a', name: 'web', port: 443 };
    const found = new Set(
      Array.from({ length: 50 }, () => resolveService(view, count => random.integer(count), reference).host),
    );
    assert.deepEqual([...found].sort(), ['10.0.0.2', '10.0.0.4']);
    const first = () => 0;
    assert.throws(
      () => resolveService(view, first, { ...reference, port: 1 }),
      /no service port 1 found for service "web"/,
    );
    assert.throws(
      () => resolveService(view, first, { ...reference, port: 80 }),
      /no endpoints available for service "web"/,
    );
    assert.throws(() => resolveService(view, first, { ...reference, name: 'none' }), /service "none" not found/);
  });
});
