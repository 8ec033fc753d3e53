/** The addresses of Services as objects, and the ranges that they come from. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createCluster, resources, type TestCluster } from '../../src/testing/index.ts';

const { ipAddresses, serviceCIDRs, services } = resources;
const at = (name: string) => ({ namespace: 'default', name });

async function createService(cluster: TestCluster, name: string, clusterIP?: string): Promise<string> {
  const created = await cluster.client.create(services, {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: at(name),
    spec: { ports: [{ port: 80 }], ...(clusterIP === undefined ? {} : { clusterIP }) },
  });
  return created.spec!.clusterIP!;
}

async function listAddresses(cluster: TestCluster): Promise<readonly string[]> {
  await cluster.settle();
  const { items } = await cluster.client.list(ipAddresses);
  return items.map(({ metadata, spec }) => `${metadata.name} ${spec?.parentRef?.resource}/${spec?.parentRef?.name}`);
}

async function addRange(cluster: TestCluster, name: string, cidr: string): Promise<void> {
  await cluster.client.create(serviceCIDRs, {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'ServiceCIDR',
    metadata: { name },
    spec: { cidrs: [cidr] },
  });
  await cluster.settle();
}

test('an address is an object for as long as its Service has it', async () => {
  await using cluster = await createCluster({ nodes: 0, seed: 7 });
  assert.deepEqual(await listAddresses(cluster), ['10.96.0.1 services/kubernetes']);
  await createService(cluster, 'web', '10.96.0.20');
  assert.deepEqual(await listAddresses(cluster), ['10.96.0.1 services/kubernetes', '10.96.0.20 services/web']);
  const { metadata } = await cluster.client.get(ipAddresses, { name: '10.96.0.20' });
  assert.deepEqual(metadata.labels, {
    'ipaddress.kubernetes.io/ip-family': 'IPv4',
    'ipaddress.kubernetes.io/managed-by': 'ipallocator.k8s.io',
  });
  await cluster.client.delete(services, at('web'));
  await createService(cluster, 'shop', '10.96.0.20');
  assert.deepEqual(await listAddresses(cluster), ['10.96.0.1 services/kubernetes', '10.96.0.20 services/shop']);
});

test('an address that somebody removes comes back, one that stands for nothing goes', async () => {
  await using cluster = await createCluster({ nodes: 0, seed: 7 });
  await createService(cluster, 'web', '10.96.0.20');
  await cluster.settle();
  await cluster.client.delete(ipAddresses, { name: '10.96.0.20' });
  await cluster.client.create(ipAddresses, {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'IPAddress',
    metadata: { name: '10.96.0.21', labels: { 'ipaddress.kubernetes.io/managed-by': 'ipallocator.k8s.io' } },
    spec: { parentRef: { group: '', resource: 'services', namespace: 'default', name: 'gone' } },
  });
  assert.deepEqual(await listAddresses(cluster), ['10.96.0.1 services/kubernetes', '10.96.0.20 services/web']);
});

test('no Service gets an address that somebody keeps for something else', async () => {
  await using cluster = await createCluster({ nodes: 0, seed: 7 });
  await cluster.client.create(ipAddresses, {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'IPAddress',
    metadata: { name: '10.96.0.30' },
    spec: { parentRef: { group: 'example.com', resource: 'gateways', name: 'front' } },
  });
  await assert.rejects(createService(cluster, 'web', '10.96.0.30'), /provided IP is already allocated/);
  assert.ok((await listAddresses(cluster)).includes('10.96.0.30 gateways/front'));
});

test('a ServiceCIDR adds addresses, and stays until no Service has one of them', async () => {
  await using cluster = await createCluster({ nodes: 0, seed: 7 });
  await assert.rejects(
    createService(cluster, 'web', '10.9.0.7'),
    /the provided network does not match the current range/,
  );
  await addRange(cluster, 'extra', '10.9.0.0/24');
  const ready = await cluster.client.get(serviceCIDRs, { name: 'extra' });
  assert.deepEqual(ready.metadata.finalizers, ['networking.k8s.io/service-cidr-finalizer']);
  assert.equal(ready.status?.conditions?.[0]?.message, 'Kubernetes Service CIDR is ready');
  assert.equal(await createService(cluster, 'web', '10.9.0.7'), '10.9.0.7');

  await cluster.settle();
  await cluster.client.delete(serviceCIDRs, { name: 'extra' });
  await cluster.advance('1m');
  const held = await cluster.client.get(serviceCIDRs, { name: 'extra' });
  assert.match(held.status?.conditions?.[0]?.message ?? '', /^There are still IPAddresses referencing the ServiceCIDR/);
  await assert.rejects(createService(cluster, 'other', '10.9.0.8'), /the provided network does not match/);

  await cluster.client.delete(services, at('web'));
  await cluster.advance('1m');
  await assert.rejects(cluster.client.get(serviceCIDRs, { name: 'extra' }), /not found/);
});

test('a ServiceCIDR goes at once when another one covers it', async () => {
  await using cluster = await createCluster({ nodes: 0, seed: 7 });
  await addRange(cluster, 'small', '10.9.0.0/24');
  await createService(cluster, 'web', '10.9.0.7');
  await addRange(cluster, 'large', '10.9.0.0/16');
  await cluster.client.delete(serviceCIDRs, { name: 'small' });
  await cluster.advance('1m');
  await assert.rejects(cluster.client.get(serviceCIDRs, { name: 'small' }), /not found/);
});
