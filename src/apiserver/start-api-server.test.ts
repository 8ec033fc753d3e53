import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { namesOf, TestServer } from '../../test/fixtures/test-server.ts';
import {
  apiServices,
  configMaps,
  endpointSlices,
  endpoints,
  namespaces,
  priorityClasses,
  serviceCIDRs,
  services,
} from '../api/generated/index.ts';

describe('a new cluster', () => {
  it('has its namespaces and priority classes', async () => {
    using api = await TestServer.start();
    assert.deepEqual(namesOf(await api.client.list(namespaces)), [
      'default',
      'kube-node-lease',
      'kube-public',
      'kube-system',
    ]);
    const { items } = await api.client.list(priorityClasses);
    assert.deepEqual(
      items.map(({ metadata, value }) => [metadata.name, value]),
      [
        ['system-cluster-critical', 2_000_000_000],
        ['system-node-critical', 2_000_001_000],
      ],
    );
  });

  it('leads pods to the API server', async () => {
    using api = await TestServer.start();
    const ref = { name: 'kubernetes', namespace: 'default' };
    const service = await api.client.get(services, ref);
    assert.equal(service.spec!.clusterIP, '10.96.0.1');
    assert.equal(service.spec!.ports![0]!.targetPort, 6443);
    assert.equal((await api.client.get(endpoints, ref)).subsets![0]!.addresses![0]!.ip, '192.0.2.1');
    assert.deepEqual((await api.client.get(endpointSlices, ref)).endpoints![0]!.addresses, ['192.0.2.1']);
  });

  it('tells components whom to believe, and anew when that has changed', async () => {
    const ref = { name: 'extension-apiserver-authentication', namespace: 'kube-system' };
    using first = await TestServer.start({ trust: { clientAuthority: 'one' } });
    assert.deepEqual((await first.client.get(configMaps, ref)).data, { 'client-ca-file': 'one' });
    const requestHeader = { authority: 'proxy', allowedNames: ['front-proxy-client'] };
    using next = await TestServer.start({ trust: { clientAuthority: 'two', requestHeader }, store: first.store });
    assert.deepEqual((await next.client.get(configMaps, ref)).data, {
      'client-ca-file': 'two',
      'requestheader-allowed-names': '["front-proxy-client"]',
      'requestheader-client-ca-file': 'proxy',
      'requestheader-extra-headers-prefix': '["X-Remote-Extra-"]',
      'requestheader-group-headers': '["X-Remote-Group"]',
      'requestheader-uid-headers': '["X-Remote-Uid"]',
      'requestheader-username-headers': '["X-Remote-User"]',
    });
  });

  it('tells since when it notes the use of tokens in Secrets', async () => {
    const ref = { name: 'kube-apiserver-legacy-service-account-token-tracking', namespace: 'kube-system' };
    using api = await TestServer.start();
    assert.match((await api.client.get(configMaps, ref)).data?.['since'] ?? '', /^\d{4}-\d\d-\d\d$/);
  });

  it('tells from where Services get their addresses', async () => {
    using api = await TestServer.start();
    const { spec, status } = await api.client.get(serviceCIDRs, { name: 'kubernetes' });
    assert.deepEqual(spec!.cidrs, ['10.96.0.0/16']);
    assert.deepEqual(
      status!.conditions!.map(({ type, status: value, message }) => [type, value, message]),
      [['Ready', 'True', 'Kubernetes default Service CIDR is ready']],
    );
  });

  it('shows an available APIService for each group and version', async () => {
    using api = await TestServer.start();
    const { items } = await api.client.list(apiServices);
    assert.ok(namesOf({ items }).includes('v1.') && namesOf({ items }).includes('v1.apps'));
    for (const { status } of items) {
      assert.deepEqual(
        status!.conditions!.map(condition => [condition.type, condition.status, condition.reason]),
        [['Available', 'True', 'Local']],
      );
    }
  });

  it('starts anew over what is stored without writing anything', async () => {
    using first = await TestServer.start();
    const { revision } = first.store;
    using second = await TestServer.start({ store: first.store });
    assert.equal(second.store.revision, revision);
  });
});
