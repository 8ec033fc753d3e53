import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Pod } from '../../api/generated/index.ts';
import { formatHostsFile, hostnameOf, kernelHostnameOf, parseResolvConf, resolverOf } from './index.ts';

function podOf(spec: Partial<Pod['spec']> = {}): Pod {
  return { metadata: { name: 'web-0', namespace: 'shop' }, spec: { containers: [], ...spec } };
}

describe('a pod’s resolver', () => {
  const host = parseResolvConf(
    '# by hand\nnameserver 192.0.2.53\nsearch example.org. .\noptions edns0 timeout:2 edns0\n',
  );
  const cluster = { servers: ['10.96.0.10'], domain: 'cluster.local' };
  const resolve = (spec: Partial<Pod['spec']>) => resolverOf(podOf(spec), host, cluster);
  const ofHost = { servers: ['192.0.2.53'], searches: ['example.org'], options: ['edns0', 'timeout:2'] };
  const ofCluster = {
    servers: ['10.96.0.10'],
    searches: ['shop.svc.cluster.local', 'svc.cluster.local', 'cluster.local', 'example.org'],
    options: ['ndots:5'],
  };

  it('depends on its policy and network', () => {
    assert.deepEqual(resolve({}), ofCluster);
    assert.deepEqual(resolve({ dnsPolicy: 'Default' }), ofHost);
    assert.deepEqual(resolve({ dnsPolicy: 'ClusterFirst', hostNetwork: true }), ofHost);
    assert.deepEqual(resolve({ dnsPolicy: 'ClusterFirstWithHostNet', hostNetwork: true }), ofCluster);
    assert.deepEqual(resolve({ dnsPolicy: 'None' }), { servers: [], searches: [], options: [] });
  });

  it('takes in what the pod adds, and no more than resolvers can', () => {
    const dnsConfig = {
      nameservers: ['1.1.1.1', '10.96.0.10', '2.2.2.2', '3.3.3.3'],
      searches: Array.from({ length: 40 }, (_, i) => `s${i}`),
      options: [{ name: 'ndots', value: '2' }, { name: 'rotate' }],
    };
    const { servers = [], searches = [], options = [] } = resolve({ dnsConfig });
    assert.deepEqual(servers, ['10.96.0.10', '1.1.1.1', '2.2.2.2']);
    assert.equal(searches.length, 32);
    assert.deepEqual(options, ['ndots:2', 'rotate']);
  });
});

describe('a pod’s name', () => {
  it('is its own, or what it asks for', () => {
    assert.deepEqual(hostnameOf(podOf(), 'c'), { hostname: 'web-0', domain: '' });
    assert.deepEqual(hostnameOf(podOf({ hostname: 'x', subdomain: 'y' }), 'c'), {
      hostname: 'x',
      domain: 'y.shop.svc.c',
    });
    assert.equal(kernelHostnameOf(podOf({ subdomain: 'y', setHostnameAsFQDN: true }), 'c'), 'web-0.y.shop.svc.c');
  });

  it('has at most 63 characters', () => {
    const pod = { ...podOf(), metadata: { name: `${'a'.repeat(62)}-bcd`, namespace: 'n' } };
    assert.equal(hostnameOf(pod, 'c').hostname, 'a'.repeat(62));
  });

  it('stands in its hosts file', () => {
    const text = formatHostsFile(podOf({ subdomain: 'y' }), ['10.0.0.5', 'fd00::5'], 'c');
    assert.match(text, /^10\.0\.0\.5\tweb-0\.y\.shop\.svc\.c\tweb-0\nfd00::5\tweb-0\.y\.shop\.svc\.c\tweb-0\n$/m);
  });
});
