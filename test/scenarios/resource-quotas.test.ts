/** What ResourceQuotas let through, and what they say is used. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createCluster, type ResourceType, resources, StatusError, type TestCluster } from '../../src/testing/index.ts';

const { configMaps, pods, replicaSets, resourceQuotas, services } = resources;
const namespace = 'default';

async function createQuota(cluster: TestCluster, hard: Record<string, string>, spec: object = {}): Promise<void> {
  await cluster.client.create(resourceQuotas, {
    apiVersion: 'v1',
    kind: 'ResourceQuota',
    metadata: { name: 'quota', namespace },
    spec: { hard, ...spec },
  });
  await cluster.settle();
}

function pod(name: string, requests: Record<string, string> = {}, spec: object = {}) {
  const containers = [{ name: 'c', image: 'c', resources: { requests } }];
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace }, spec: { containers, ...spec } };
}

async function used(cluster: TestCluster): Promise<Readonly<Record<string, string>> | undefined> {
  return (await cluster.client.get(resourceQuotas, { namespace, name: 'quota' })).status?.used;
}

async function refusal(attempt: Promise<unknown>): Promise<string> {
  const error = await attempt.then(
    () => assert.fail('nothing was refused'),
    (problem: unknown) => problem,
  );
  assert.ok(error instanceof StatusError && error.reason === 'Forbidden', String(error));
  return error.message;
}

test('refuses the pod that would be too much, and gives back what a deleted one took', async () => {
  await using cluster = await createCluster({ nodes: 1, seed: 7 });
  await createQuota(cluster, { pods: '3', 'requests.cpu': '1', memory: '1Gi', 'requests.example.org/toy': '2' });
  assert.deepEqual(await used(cluster), {
    pods: '0',
    'requests.cpu': '0',
    memory: '0',
    'requests.example.org/toy': '0',
  });
  await cluster.client.create(pods, pod('one', { cpu: '600m', memory: '100Mi' }));
  assert.equal(
    await refusal(cluster.client.create(pods, pod('two', { cpu: '500m', memory: '100Mi' }))),
    'pods "two" is forbidden: exceeded quota: quota, requested: requests.cpu=500m, used: requests.cpu=600m, limited: requests.cpu=1',
  );
  assert.equal(
    await refusal(cluster.client.create(pods, pod('three'))),
    'pods "three" is forbidden: failed quota: quota: must specify memory for: c; requests.cpu for: c',
  );
  const { memory } = (await used(cluster))!;
  assert.equal(memory, '100Mi');
  await cluster.client.delete(pods, { namespace, name: 'one' }, { gracePeriodSeconds: 0 });
  await cluster.settle();
  assert.equal((await used(cluster))!['pods'], '0');
  await cluster.client.create(pods, pod('two', { cpu: '1', memory: '100Mi' }));
});

test('never lets more through than there is room for, however many come at once', async () => {
  await using cluster = await createCluster({ nodes: 1, seed: 7 });
  await createQuota(cluster, { 'count/configmaps': '6' });
  // kube-root-ca.crt is one of them.
  const attempts = Array.from({ length: 20 }, (_, i) =>
    cluster.client.create(configMaps, {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: `map-${i}`, namespace },
    }),
  );
  const outcomes = await Promise.allSettled(attempts);
  assert.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 5);
  await cluster.settle();
  assert.deepEqual(await used(cluster), { 'count/configmaps': '6' });
});

test('counts only pods within the scope, and stops counting those that have ended', async () => {
  await using cluster = await createCluster({ nodes: 1, seed: 7 });
  await createQuota(cluster, { pods: '1' }, { scopes: ['BestEffort'] });
  await cluster.client.create(pods, pod('burstable', { cpu: '100m' }));
  await cluster.client.create(pods, pod('best-effort'));
  assert.match(await refusal(cluster.client.create(pods, pod('another'))), /exceeded quota: quota, requested: pods=1/);
  const ended = await cluster.client.get(pods, { namespace, name: 'best-effort' });
  await cluster.client.updateStatus(pods, { ...ended, status: { ...ended.status, phase: 'Succeeded' } });
  await cluster.settle();
  assert.deepEqual(await used(cluster), { pods: '0' });
});

test('charges a Service that becomes a NodePort', async () => {
  await using cluster = await createCluster({ nodes: 0, seed: 7 });
  await createQuota(cluster, { services: '2', 'services.nodeports': '0', 'services.loadbalancers': '0' });
  const service = await cluster.client.create(services, {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'web', namespace },
    spec: { ports: [{ port: 80 }], selector: { app: 'web' } },
  });
  const refused = cluster.client.update(services, { ...service, spec: { ...service.spec, type: 'NodePort' } });
  assert.match(await refusal(refused), /requested: services\.nodeports=1, used: services\.nodeports=0, limited: .*=0$/);
});

test('counts the objects of other kinds by count/…, and follows the quota when it changes', async () => {
  await using cluster = await createCluster({ nodes: 1, seed: 7 });
  await createQuota(cluster, { 'count/replicasets.apps': '1' });
  const replicaSet = {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: { name: 'set', namespace },
    spec: {
      replicas: 0,
      selector: { matchLabels: { app: 'a' } },
      template: { metadata: { labels: { app: 'a' } }, spec: { containers: [{ name: 'c', image: 'c' }] } },
    },
  };
  await cluster.client.create(replicaSets, replicaSet);
  assert.deepEqual(await used(cluster), { 'count/replicasets.apps': '1' });
  const quota = await cluster.client.get(resourceQuotas, { namespace, name: 'quota' });
  await cluster.client.update(resourceQuotas, { ...quota, spec: { hard: { secrets: '5' } } });
  await cluster.settle();
  assert.deepEqual(await used(cluster), { secrets: '0' });
  await cluster.client.create(replicaSets, { ...replicaSet, metadata: { name: 'other', namespace } });
});

test('counts custom objects, of kinds that come after the quota too', async () => {
  await using cluster = await createCluster({ seed: 7 });
  const name = 'count/toys.example.com';
  await createQuota(cluster, { [name]: '2', pods: '5' });
  assert.deepEqual(await used(cluster), { pods: '0' });
  await cluster.client.create(resources.customResourceDefinitions, {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'toys.example.com' },
    spec: {
      group: 'example.com',
      scope: 'Namespaced',
      names: { plural: 'toys', kind: 'Toy' },
      versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } }],
    },
  });
  await cluster.settle();
  assert.deepEqual(await used(cluster), { pods: '0', [name]: '0' });
  const toys = { ...configMaps, group: 'example.com', version: 'v1', resource: 'toys', kind: 'Toy' } as ResourceType;
  const toy = (toyName: string) => ({
    apiVersion: 'example.com/v1',
    kind: 'Toy',
    metadata: { name: toyName, namespace },
  });
  for (const toyName of ['car', 'ball']) await cluster.client.create(toys, toy(toyName));
  assert.match(await refusal(cluster.client.create(toys, toy('doll'))), /exceeded quota: quota/);
  await cluster.client.create(pods, pod('one'));
  await cluster.settle();
  assert.deepEqual(await used(cluster), { pods: '1', [name]: '2' });
  await cluster.client.delete(toys, { namespace, name: 'car' });
  await cluster.client.delete(pods, { namespace, name: 'one' });
  await cluster.settle();
  assert.equal((await used(cluster))?.[name], '1');
});
