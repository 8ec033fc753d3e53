/** What becomes of claims and volumes that are deleted while somebody may use them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createCluster, resources, type TestCluster } from '../../src/testing/index.ts';

const { persistentVolumeClaims, persistentVolumes, pods, volumeAttributesClasses } = resources;
const namespace = 'default';

async function createClaim(cluster: TestCluster, name: string): Promise<void> {
  const claim = await cluster.client.create(persistentVolumeClaims, {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name, namespace },
    spec: { accessModes: ['ReadWriteOnce'], storageClassName: '', resources: { requests: { storage: '1Gi' } } },
  });
  assert.deepEqual(claim.metadata.finalizers, ['kubernetes.io/pvc-protection']);
}

async function names(cluster: TestCluster): Promise<readonly (string | undefined)[]> {
  const { items } = await cluster.client.list(persistentVolumeClaims, { namespace });
  return items.map(({ metadata }) => metadata.name);
}

test('keeps a claim until the pod that uses it is gone', async () => {
  await using cluster = await createCluster({ nodes: 1, seed: 7 });
  await createClaim(cluster, 'free');
  await createClaim(cluster, 'used');
  await cluster.client.create(pods, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'user', namespace },
    spec: {
      // The scheduler has no say: the claim is not bound to a volume.
      nodeName: 'node-0',
      containers: [{ name: 'c', image: 'c' }],
      volumes: [{ name: 'v', persistentVolumeClaim: { claimName: 'used' } }],
    },
  });
  for (const name of ['free', 'used']) await cluster.client.delete(persistentVolumeClaims, { namespace, name });
  await cluster.settle();
  assert.deepEqual(await names(cluster), ['used']);
  await cluster.client.delete(pods, { namespace, name: 'user' }, { gracePeriodSeconds: 0 });
  await cluster.settle();
  assert.deepEqual(await names(cluster), []);
});

test('keeps a volume until it is not bound', async () => {
  await using cluster = await createCluster({ nodes: 0, seed: 7 });
  const ref = { name: 'v' };
  const volume = await cluster.client.create(persistentVolumes, {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: ref,
    spec: { accessModes: ['ReadWriteOnce'], capacity: { storage: '1Gi' }, hostPath: { path: '/data' } },
  });
  await cluster.client.updateStatus(persistentVolumes, { ...volume, status: { phase: 'Bound' } });
  await cluster.client.delete(persistentVolumes, ref);
  await cluster.settle();
  const kept = await cluster.client.get(persistentVolumes, ref);
  assert.ok(kept.metadata.deletionTimestamp);
  await cluster.client.updateStatus(persistentVolumes, { ...kept, status: { phase: 'Released' } });
  await cluster.settle();
  await assert.rejects(cluster.client.get(persistentVolumes, ref), { reason: 'NotFound' });
});

test('keeps a class of volume attributes until no claim names it', async () => {
  await using cluster = await createCluster({ nodes: 0, seed: 7 });
  for (const name of ['free', 'named']) {
    await cluster.client.create(volumeAttributesClasses, {
      apiVersion: 'storage.k8s.io/v1',
      kind: 'VolumeAttributesClass',
      metadata: { name },
      driverName: 'example.org',
      parameters: { iops: '1' },
    });
  }
  await cluster.client.create(persistentVolumeClaims, {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name: 'claim', namespace },
    spec: {
      accessModes: ['ReadWriteOnce'],
      storageClassName: '',
      volumeAttributesClassName: 'named',
      resources: { requests: { storage: '1Gi' } },
    },
  });
  const list = async (): Promise<readonly (string | undefined)[]> =>
    (await cluster.client.list(volumeAttributesClasses)).items.map(({ metadata }) => metadata.name);
  for (const name of ['free', 'named']) await cluster.client.delete(volumeAttributesClasses, { name });
  await cluster.settle();
  assert.deepEqual(await list(), ['named']);
  await cluster.client.delete(persistentVolumeClaims, { namespace, name: 'claim' });
  await cluster.settle();
  assert.deepEqual(await list(), []);
});
