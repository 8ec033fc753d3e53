/** Endpoints and EndpointSlices of Services over time. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createCluster, resources, type TestCluster } from '../../src/testing/index.ts';

const { deployments, endpointSlices, endpoints, services } = resources;
const web = { namespace: 'default', name: 'web' };
const labels = { app: 'web' };

const createService = (cluster: TestCluster, spec: object) =>
  cluster.client.create(services, {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { ...web },
    spec: { ports: [{ port: 80 }], ...spec },
  });

async function listSlices(cluster: TestCluster): Promise<string[]> {
  const { items } = await cluster.client.list(endpointSlices, {
    namespace: 'default',
    labelSelector: 'kubernetes.io/service-name=web',
  });
  return items
    .map(
      ({ metadata, endpoints: all = [] }) =>
        `${metadata.labels?.['endpointslice.kubernetes.io/managed-by']}: ${all.filter(each => each.conditions?.ready).length}/${all.length}`,
    )
    .sort();
}

test('follows the pods of a Service, and goes with it', async () => {
  await using cluster = await createCluster({ nodes: 3, seed: 7 });
  await createService(cluster, { selector: labels });
  await cluster.settle();
  assert.deepEqual(await listSlices(cluster), ['endpointslice-controller.k8s.io: 0/0']);
  await cluster.client.create(deployments, {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { ...web },
    spec: {
      replicas: 130,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [{ name: 'main', image: 'web:1' }] } },
    },
  });
  await cluster.settle();
  assert.deepEqual(await listSlices(cluster), [
    'endpointslice-controller.k8s.io: 100/100',
    'endpointslice-controller.k8s.io: 30/30',
  ]);
  const { subsets } = await cluster.client.get(endpoints, web);
  assert.equal(subsets?.[0]?.addresses?.length, 130);
  await cluster.client.patch(deployments, web, 'merge', { spec: { replicas: 3 } });
  await cluster.settle();
  const { items } = await cluster.client.list(endpointSlices, { namespace: 'default' });
  assert.equal(items.flatMap(slice => slice.endpoints ?? []).filter(each => each.targetRef !== undefined).length, 3);
  await cluster.client.delete(services, web);
  await cluster.settle();
  assert.deepEqual(await listSlices(cluster), []);
  assert.deepEqual((await cluster.client.list(endpoints, { namespace: 'default' })).items, []);
});

test('mirrors Endpoints that were made by hand, even before their Service', async () => {
  await using cluster = await createCluster({ seed: 7 });
  const subsets = [{ addresses: [{ ip: '192.0.2.1' }], ports: [{ port: 5432 }] }];
  await cluster.client.create(endpoints, { apiVersion: 'v1', kind: 'Endpoints', metadata: { ...web }, subsets });
  await cluster.settle();
  assert.deepEqual(await listSlices(cluster), []);
  await createService(cluster, {});
  await cluster.settle();
  assert.deepEqual(await listSlices(cluster), ['endpointslicemirroring-controller.k8s.io: 1/1']);
  const grown = [{ addresses: [{ ip: '192.0.2.1' }, { ip: '192.0.2.2' }], ports: [{ port: 5432 }] }];
  await cluster.client.patch(endpoints, web, 'merge', { subsets: grown });
  await cluster.settle();
  assert.deepEqual(await listSlices(cluster), ['endpointslicemirroring-controller.k8s.io: 2/2']);
  await cluster.client.patch(services, web, 'merge', { spec: { selector: labels } });
  await cluster.settle();
  assert.deepEqual(await listSlices(cluster), ['endpointslice-controller.k8s.io: 0/0']);
});
