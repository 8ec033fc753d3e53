/** StatefulSets over time: order, names, claims, updates. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { StatefulSet, StatefulSetSpec } from '../../src/api/generated/index.ts';
import { createCluster, resources, type TestCluster } from '../../src/testing/index.ts';
import { eventsAbout, followObjects, type Timeline, withoutTimes } from '../fixtures/timeline.ts';

const { controllerRevisions, events, persistentVolumeClaims, pods, statefulSets } = resources;
const db = { namespace: 'default', name: 'db' };
const labels = { app: 'db' };

const template = (image: string) => ({ metadata: { labels }, spec: { containers: [{ name: 'main', image }] } });

function statefulSet(spec: Partial<StatefulSetSpec> = {}): StatefulSet {
  return {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { ...db },
    spec: { replicas: 3, serviceName: 'db', selector: { matchLabels: labels }, template: template('db:1'), ...spec },
  };
}

const claimTemplate = {
  metadata: { name: 'data' },
  spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
};

const followPods = (cluster: TestCluster): Promise<Timeline> =>
  followObjects(cluster, pods, ({ metadata, spec, status }) => {
    const isReady = status?.conditions?.some(each => each.type === 'Ready' && each.status === 'True') === true;
    const state = metadata.deletionTimestamp !== undefined ? 'terminating' : isReady ? 'ready' : 'starting';
    return `${spec.containers[0]?.image} ${state}`;
  });

const patch = (cluster: TestCluster, spec: object) => cluster.client.patch(statefulSets, db, 'strategic', { spec });

test('starts its pods one after the other and removes them in the opposite order', async () => {
  await using cluster = await createCluster({ nodes: 3, seed: 7 });
  const timeline = await followPods(cluster);
  await cluster.client.create(statefulSets, statefulSet());
  await cluster.settle();
  assert.deepEqual(withoutTimes(timeline.take()), [
    'db-0 db:1 starting',
    'db-0 db:1 ready',
    'db-1 db:1 starting',
    'db-1 db:1 ready',
    'db-2 db:1 starting',
    'db-2 db:1 ready',
  ]);
  const pod = await cluster.client.get(pods, { namespace: 'default', name: 'db-1' });
  assert.deepEqual([pod.spec.hostname, pod.spec.subdomain], ['db-1', 'db']);
  assert.equal(pod.metadata.labels?.['statefulset.kubernetes.io/pod-name'], 'db-1');
  assert.equal(pod.metadata.labels?.['apps.kubernetes.io/pod-index'], '1');
  await patch(cluster, { replicas: 1 });
  await cluster.settle();
  assert.deepEqual(withoutTimes(timeline.take()), [
    'db-2 db:1 terminating',
    'db-2 gone',
    'db-1 db:1 terminating',
    'db-1 gone',
  ]);
  assert.deepEqual(await eventsAbout(cluster, events, 'StatefulSet'), [
    'SuccessfulCreate: Create Pod db-0 in StatefulSet db successful',
    'SuccessfulCreate: Create Pod db-1 in StatefulSet db successful',
    'SuccessfulCreate: Create Pod db-2 in StatefulSet db successful',
    'SuccessfulDelete: Delete Pod db-2 in StatefulSet db successful',
    'SuccessfulDelete: Delete Pod db-1 in StatefulSet db successful',
  ]);
});

test('updates from the last pod to the first, each when the one before is ready again', async () => {
  await using cluster = await createCluster({ nodes: 3, seed: 7 });
  await cluster.client.create(statefulSets, statefulSet({ replicas: 2 }));
  await cluster.settle();
  const before = await cluster.client.get(statefulSets, db);
  const timeline = await followPods(cluster);
  await patch(cluster, { template: template('db:2') });
  await cluster.settle();
  assert.deepEqual(withoutTimes(timeline.take()), [
    'db-1 db:1 terminating',
    'db-1 gone',
    'db-1 db:2 starting',
    'db-1 db:2 ready',
    'db-0 db:1 terminating',
    'db-0 gone',
    'db-0 db:2 starting',
    'db-0 db:2 ready',
  ]);
  const { status } = await cluster.client.get(statefulSets, db);
  assert.notEqual(status?.updateRevision, before.status?.updateRevision);
  assert.equal(status?.currentRevision, status?.updateRevision);
  assert.deepEqual([status?.currentReplicas, status?.updatedReplicas, status?.readyReplicas], [2, 2, 2]);
  const revisions = await cluster.client.list(controllerRevisions, { namespace: 'default' });
  assert.deepEqual(revisions.items.map(each => each.revision).sort(), [1, 2]);
});

test('leaves pods below the partition alone, and gives them their old template back when they are lost', async () => {
  await using cluster = await createCluster({ nodes: 3, seed: 7 });
  await cluster.client.create(statefulSets, statefulSet());
  await cluster.settle();
  await patch(cluster, {
    template: template('db:2'),
    updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 2 } },
  });
  await cluster.settle();
  await cluster.client.delete(pods, { namespace: 'default', name: 'db-0' });
  await cluster.settle();
  const { items } = await cluster.client.list(pods, { namespace: 'default' });
  assert.deepEqual(
    items.map(pod => pod.spec.containers[0]?.image),
    ['db:1', 'db:1', 'db:2'],
  );
  const { status } = await cluster.client.get(statefulSets, db);
  assert.deepEqual([status?.currentReplicas, status?.updatedReplicas], [2, 1]);
});

test('updates nothing by itself with OnDelete', async () => {
  await using cluster = await createCluster({ nodes: 3, seed: 7 });
  await cluster.client.create(statefulSets, statefulSet({ replicas: 2, updateStrategy: { type: 'OnDelete' } }));
  await cluster.settle();
  await patch(cluster, { template: template('db:2') });
  await cluster.settle();
  await cluster.client.delete(pods, { namespace: 'default', name: 'db-0' });
  await cluster.settle();
  const { items } = await cluster.client.list(pods, { namespace: 'default' });
  assert.deepEqual(
    items.map(pod => pod.spec.containers[0]?.image),
    ['db:2', 'db:1'],
  );
});

test('starts all pods at once with the Parallel policy, from a given ordinal on', async () => {
  await using cluster = await createCluster({ nodes: 3, seed: 7 });
  const timeline = await followPods(cluster);
  await cluster.client.create(statefulSets, statefulSet({ podManagementPolicy: 'Parallel', ordinals: { start: 5 } }));
  await cluster.settle();
  assert.deepEqual(withoutTimes(timeline.take()).slice(0, 3), [
    'db-5 db:1 starting',
    'db-6 db:1 starting',
    'db-7 db:1 starting',
  ]);
});

const listClaims = async (cluster: TestCluster): Promise<string[]> =>
  (await cluster.client.list(persistentVolumeClaims, { namespace: 'default' })).items.map(
    ({ metadata }) =>
      `${metadata.name} of ${metadata.ownerReferences?.map(owner => `${owner.kind} ${owner.name}`) ?? 'nobody'}`,
  );

test('makes a claim for each pod, and keeps it when the set shrinks', async () => {
  await using cluster = await createCluster({ nodes: 1, seed: 7 });
  await cluster.client.create(
    statefulSets,
    statefulSet({ replicas: 2, podManagementPolicy: 'Parallel', volumeClaimTemplates: [claimTemplate] }),
  );
  await cluster.settle();
  assert.deepEqual(await listClaims(cluster), ['data-db-0 of nobody', 'data-db-1 of nobody']);
  const pod = await cluster.client.get(pods, { namespace: 'default', name: 'db-1' });
  assert.equal(pod.spec.volumes?.[0]?.persistentVolumeClaim?.claimName, 'data-db-1');
  await patch(cluster, { replicas: 1 });
  await cluster.settle();
  assert.deepEqual(await listClaims(cluster), ['data-db-0 of nobody', 'data-db-1 of nobody']);
  assert.ok(
    (await eventsAbout(cluster, events, 'StatefulSet')).includes(
      'SuccessfulCreate: Create Claim data-db-1 Pod db-1 in StatefulSet db success',
    ),
  );
});

test('hands claims to those who take them along, by the retention policy', async () => {
  await using cluster = await createCluster({ nodes: 1, seed: 7 });
  await cluster.client.create(
    statefulSets,
    statefulSet({
      replicas: 2,
      podManagementPolicy: 'Parallel',
      volumeClaimTemplates: [claimTemplate],
      persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Delete', whenScaled: 'Delete' },
    }),
  );
  await cluster.settle();
  assert.deepEqual(await listClaims(cluster), ['data-db-0 of StatefulSet db', 'data-db-1 of StatefulSet db']);
  await patch(cluster, { replicas: 1 });
  await cluster.advance('1m');
  assert.equal((await listClaims(cluster))[0], 'data-db-0 of StatefulSet db');
  assert.notEqual((await listClaims(cluster))[1], 'data-db-1 of StatefulSet db');
});
