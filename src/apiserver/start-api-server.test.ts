import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { namesOf, TestServer } from '../../test/fixtures/test-server.ts';
import {
  apiServices,
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
