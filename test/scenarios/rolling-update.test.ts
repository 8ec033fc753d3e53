/** What a Deployment does over time: its sets' sizes, its conditions and its events. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Deployment, ReplicaSet } from '../../src/api/generated/index.ts';
import { createCluster, resources, type TestCluster } from '../../src/testing/index.ts';
import { eventsAbout, followObjects } from '../fixtures/timeline.ts';

const { deployments, events, replicaSets } = resources;
const web = { namespace: 'default', name: 'web' };

function deployment(spec: Partial<Deployment['spec']> = {}): Deployment {
  const labels = { app: 'web' };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', namespace: 'default' },
    spec: { replicas: 3, selector: { matchLabels: labels }, template: template('web:1'), ...spec },
  };
}

function template(image: string) {
  return { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'main', image }] } };
}

/** Replaces the containers as a whole, where a strategic merge would keep a probe. */
const setImage = (cluster: TestCluster, image: string) =>
  cluster.client.patch(deployments, web, 'merge', { spec: { template: template(image) } });

/** A set as `web:2 revision 2: 1 wanted, 1 there, 0 available`: its name is a hash. */
const describeSet = ({ metadata, spec, status }: ReplicaSet): string =>
  [
    spec.template?.spec?.containers[0]?.image,
    ` revision ${metadata.annotations?.['deployment.kubernetes.io/revision']}:`,
    ` ${spec.replicas} wanted, ${status?.replicas ?? 0} there, ${status?.availableReplicas ?? 0} available`,
  ].join('');

const withoutNames = (lines: readonly string[]): string[] =>
  lines.map(line => line.replace(/^\d+s \S+ /, '').replace(/web-[0-9a-z]+/g, 'web-…'));

const conditions = (object: Deployment): string[] =>
  (object.status?.conditions ?? []).map(({ type, status, reason }) => `${type}=${status} ${reason}`).sort();

/** Never becomes ready within a test. */
const slowContainer = {
  name: 'main',
  image: 'web:2',
  readinessProbe: { tcpSocket: { port: 80 }, initialDelaySeconds: 86_400 },
};

async function listSets(cluster: TestCluster): Promise<string[]> {
  const { items } = await cluster.client.list(replicaSets, { namespace: 'default' });
  return items.map(describeSet).sort();
}

test('rolls from one template to the next, one pod more and none less', async () => {
  await using cluster = await createCluster({ nodes: 3, seed: 7 });
  await cluster.client.create(deployments, deployment());
  await cluster.settle();
  const sets = await followObjects(cluster, replicaSets, describeSet);
  await setImage(cluster, 'web:2');
  await cluster.settle();
  assert.deepEqual(withoutNames(sets.take()), [
    'web:2 revision 2: 1 wanted, 0 there, 0 available',
    'web:2 revision 2: 1 wanted, 1 there, 0 available',
    'web:2 revision 2: 1 wanted, 1 there, 1 available',
    'web:1 revision 1: 2 wanted, 3 there, 3 available',
    'web:2 revision 2: 2 wanted, 1 there, 1 available',
    'web:1 revision 1: 2 wanted, 2 there, 2 available',
    'web:2 revision 2: 2 wanted, 2 there, 1 available',
    'web:2 revision 2: 2 wanted, 2 there, 2 available',
    'web:1 revision 1: 1 wanted, 2 there, 2 available',
    'web:2 revision 2: 3 wanted, 2 there, 2 available',
    'web:1 revision 1: 1 wanted, 1 there, 1 available',
    'web:2 revision 2: 3 wanted, 3 there, 2 available',
    'web:2 revision 2: 3 wanted, 3 there, 3 available',
    'web:1 revision 1: 0 wanted, 1 there, 1 available',
    'web:1 revision 1: 0 wanted, 0 there, 0 available',
  ]);
  assert.deepEqual(withoutNames(await eventsAbout(cluster, events, 'Deployment')), [
    'ScalingReplicaSet: Scaled up replica set web-… from 0 to 3',
    'ScalingReplicaSet: Scaled up replica set web-… from 0 to 1',
    'ScalingReplicaSet: Scaled down replica set web-… from 3 to 2',
    'ScalingReplicaSet: Scaled up replica set web-… from 1 to 2',
    'ScalingReplicaSet: Scaled down replica set web-… from 2 to 1',
    'ScalingReplicaSet: Scaled up replica set web-… from 2 to 3',
    'ScalingReplicaSet: Scaled down replica set web-… from 1 to 0',
  ]);
  const { metadata, status } = await cluster.client.get(deployments, web);
  assert.equal(metadata.annotations?.['deployment.kubernetes.io/revision'], '2');
  assert.equal(status?.observedGeneration, metadata.generation);
  assert.deepEqual(
    { replicas: status?.replicas, updated: status?.updatedReplicas, available: status?.availableReplicas },
    { replicas: 3, updated: 3, available: 3 },
  );
});

test('numbers a rollback as the newest revision and remembers what it was', async () => {
  await using cluster = await createCluster({ nodes: 3, seed: 7 });
  await cluster.client.create(deployments, deployment({ replicas: 1 }));
  await cluster.settle();
  await setImage(cluster, 'web:2');
  await cluster.settle();
  // What kubectl rollout undo does: the old template again.
  await setImage(cluster, 'web:1');
  await cluster.settle();
  assert.deepEqual(await listSets(cluster), [
    'web:1 revision 3: 1 wanted, 1 there, 1 available',
    'web:2 revision 2: 0 wanted, 0 there, 0 available',
  ]);
  const { items } = await cluster.client.list(replicaSets, { namespace: 'default' });
  const rolledBack = items.find(set => set.spec.replicas === 1)!;
  assert.equal(rolledBack.metadata.annotations?.['deployment.kubernetes.io/revision-history'], '1');
  const { metadata } = await cluster.client.get(deployments, web);
  assert.equal(metadata.annotations?.['deployment.kubernetes.io/revision'], '3');
});

test('holds a paused rollout, scales it all the same, and goes on when resumed', async () => {
  await using cluster = await createCluster({ nodes: 3, seed: 7 });
  await cluster.client.create(deployments, deployment());
  await cluster.settle();
  await cluster.client.patch(deployments, web, 'merge', { spec: { paused: true } });
  await setImage(cluster, 'web:2');
  await cluster.client.patch(deployments, web, 'merge', { spec: { replicas: 5 } });
  await cluster.settle();
  assert.deepEqual(await listSets(cluster), ['web:1 revision 1: 5 wanted, 5 there, 5 available']);
  assert.deepEqual(conditions(await cluster.client.get(deployments, web)), [
    'Available=True MinimumReplicasAvailable',
    'Progressing=Unknown DeploymentPaused',
  ]);
  await cluster.client.patch(deployments, web, 'merge', { spec: { paused: false } });
  await cluster.settle();
  assert.deepEqual(await listSets(cluster), [
    'web:1 revision 1: 0 wanted, 0 there, 0 available',
    'web:2 revision 2: 5 wanted, 5 there, 5 available',
  ]);
  assert.deepEqual(conditions(await cluster.client.get(deployments, web)), [
    'Available=True MinimumReplicasAvailable',
    'Progressing=True NewReplicaSetAvailable',
  ]);
});

test('spreads a change of size over both sets in the middle of a rollout', async () => {
  await using cluster = await createCluster({ nodes: 3, seed: 7 });
  const rollingUpdate = { maxSurge: 3, maxUnavailable: 2 };
  const strategy = { type: 'RollingUpdate', rollingUpdate };
  await cluster.client.create(deployments, deployment({ replicas: 10, strategy }));
  await cluster.settle();
  const stuck = { metadata: { labels: { app: 'web' } }, spec: { containers: [slowContainer] } };
  await cluster.client.patch(deployments, web, 'strategic', { spec: { template: stuck } });
  await cluster.advance('30s');
  assert.deepEqual(await listSets(cluster), [
    'web:1 revision 1: 8 wanted, 8 there, 8 available',
    'web:2 revision 2: 5 wanted, 5 there, 0 available',
  ]);
  // The example of Kubernetes' documentation: of five more, three go to the larger set and two to the smaller.
  await cluster.client.patch(deployments, web, 'merge', { spec: { replicas: 15 } });
  await cluster.advance('30s');
  assert.deepEqual(await listSets(cluster), [
    'web:1 revision 1: 11 wanted, 11 there, 11 available',
    'web:2 revision 2: 7 wanted, 7 there, 0 available',
  ]);
});

test('gives up waiting after the progress deadline, and says so', async () => {
  await using cluster = await createCluster({ nodes: 3, seed: 7 });
  await cluster.client.create(deployments, deployment({ progressDeadlineSeconds: 60 }));
  await cluster.settle();
  const stuck = { metadata: { labels: { app: 'web' } }, spec: { containers: [slowContainer] } };
  const timeline = await followObjects(cluster, deployments, object => conditions(object).join(', '), 10);
  await cluster.client.patch(deployments, web, 'strategic', { spec: { template: stuck } });
  await cluster.advance('5m');
  assert.deepEqual(timeline.take(), [
    '0s web Available=True MinimumReplicasAvailable, Progressing=True NewReplicaSetCreated',
    '0s web Available=True MinimumReplicasAvailable, Progressing=True ReplicaSetUpdated',
    '60s web Available=True MinimumReplicasAvailable, Progressing=False ProgressDeadlineExceeded',
  ]);
  const { status } = await cluster.client.get(deployments, web);
  const progress = status?.conditions?.find(condition => condition.type === 'Progressing');
  assert.match(progress?.message ?? '', /^ReplicaSet "web-\w+" has timed out progressing\.$/);
  await setImage(cluster, 'web:3');
  await cluster.settle();
  assert.deepEqual(conditions(await cluster.client.get(deployments, web)), [
    'Available=True MinimumReplicasAvailable',
    'Progressing=True NewReplicaSetAvailable',
  ]);
});

test('recreates: the new pods come when the old ones are gone', async () => {
  await using cluster = await createCluster({ nodes: 3, seed: 7 });
  await cluster.client.create(deployments, deployment({ strategy: { type: 'Recreate' } }));
  await cluster.settle();
  const pods = await followObjects(cluster, resources.pods, pod =>
    pod.metadata.deletionTimestamp === undefined
      ? `${pod.spec?.containers[0]?.image} ${pod.status?.phase}`
      : `${pod.spec?.containers[0]?.image} terminating`,
  );
  await setImage(cluster, 'web:2');
  await cluster.settle();
  const lines = pods.take();
  const lastGone = lines.findLastIndex(line => line.endsWith('gone'));
  const firstNew = lines.findIndex(line => line.includes('web:2'));
  assert.equal(lines.filter(line => line.endsWith('gone')).length, 3);
  assert.ok(lastGone < firstNew, lines.join('\n'));
});

test('counts a pod as available only after minReadySeconds', async () => {
  await using cluster = await createCluster({ nodes: 3, seed: 7 });
  await cluster.client.create(deployments, deployment({ minReadySeconds: 30 }));
  await cluster.advance('15s');
  const early = await cluster.client.get(deployments, web);
  assert.deepEqual([early.status?.readyReplicas, early.status?.availableReplicas], [3, undefined]);
  await cluster.advance('30s');
  const late = await cluster.client.get(deployments, web);
  assert.deepEqual([late.status?.readyReplicas, late.status?.availableReplicas], [3, 3]);
});

test('keeps as many old sets as revisionHistoryLimit says', async () => {
  await using cluster = await createCluster({ nodes: 3, seed: 7 });
  await cluster.client.create(deployments, deployment({ replicas: 1, revisionHistoryLimit: 1 }));
  await cluster.settle();
  for (const image of ['web:2', 'web:3', 'web:4']) {
    await setImage(cluster, image);
    await cluster.settle();
  }
  assert.deepEqual(await listSets(cluster), [
    'web:3 revision 3: 0 wanted, 0 there, 0 available',
    'web:4 revision 4: 1 wanted, 1 there, 1 available',
  ]);
});

test('reports pods that may not be created as ReplicaFailure until they may', async () => {
  await using cluster = await createCluster({ nodes: 1, seed: 7 });
  const forbidden = { ...template('web:1'), spec: { ...template('web:1').spec, serviceAccountName: 'robot' } };
  await cluster.client.create(deployments, deployment({ template: forbidden }));
  await cluster.advance('10s');
  const before = await cluster.client.get(deployments, web);
  assert.deepEqual(conditions(before), [
    'Available=False MinimumReplicasUnavailable',
    'Progressing=True NewReplicaSetCreated',
    'ReplicaFailure=True FailedCreate',
  ]);
  const failure = before.status?.conditions?.find(condition => condition.type === 'ReplicaFailure');
  assert.match(
    failure?.message ?? '',
    /^pods "web-\w+-" is forbidden: error looking up service account default\/robot: serviceaccount "robot" not found$/,
  );
  await cluster.client.create(resources.serviceAccounts, {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name: 'robot', namespace: 'default' },
  });
  await cluster.advance('1m');
  assert.deepEqual(conditions(await cluster.client.get(deployments, web)), [
    'Available=True MinimumReplicasAvailable',
    'Progressing=True NewReplicaSetAvailable',
  ]);
});

test('adopts a pod that its selector matches and releases one that it no longer does', async () => {
  await using cluster = await createCluster({ nodes: 1, seed: 7 });
  await cluster.client.create(resources.pods, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'stray', namespace: 'default', labels: { app: 'web' } },
    spec: { containers: [{ name: 'main', image: 'web:1' }] },
  });
  await cluster.client.create(replicaSets, {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: { name: 'web', namespace: 'default' },
    spec: { replicas: 2, selector: { matchLabels: { app: 'web' } }, template: template('web:1') },
  });
  await cluster.settle();
  const owned = async () =>
    (await cluster.client.list(resources.pods, { namespace: 'default' })).items.map(
      ({ metadata }) => `${metadata.name === 'stray' ? 'stray' : 'made'} of ${metadata.ownerReferences?.[0]?.name}`,
    );
  assert.deepEqual(await owned(), ['stray of web', 'made of web']);
  await cluster.client.patch(resources.pods, { namespace: 'default', name: 'stray' }, 'merge', {
    metadata: { labels: { app: 'other' } },
  });
  await cluster.settle();
  assert.deepEqual((await owned()).sort(), ['made of web', 'made of web', 'stray of undefined']);
});

test('keeps the pods of a ReplicationController as those of a ReplicaSet', async () => {
  await using cluster = await createCluster({ nodes: 1, seed: 7 });
  await cluster.client.create(resources.replicationControllers, {
    apiVersion: 'v1',
    kind: 'ReplicationController',
    metadata: { ...web },
    spec: { replicas: 3, selector: { app: 'web' }, template: template('web:1') },
  });
  await cluster.settle();
  const { status } = await cluster.client.get(resources.replicationControllers, web);
  assert.deepEqual(
    { replicas: status?.replicas, ready: status?.readyReplicas, available: status?.availableReplicas },
    { replicas: 3, ready: 3, available: 3 },
  );
  await cluster.client.patch(resources.replicationControllers, web, 'merge', { spec: { replicas: 1 } });
  await cluster.settle();
  assert.equal((await cluster.client.list(resources.pods, { namespace: 'default' })).items.length, 1);
});
