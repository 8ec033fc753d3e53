import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeSteps, reconcile, writtenStatus } from '../../../test/fixtures/view-of.ts';
import {
  type ControllerRevision,
  type PersistentVolumeClaim,
  type Pod,
  type PodTemplateSpec,
  type StatefulSet,
  type StatefulSetSpec,
  statefulSets,
} from '../../api/generated/index.ts';
import type { CreateStep, UpdateStep } from '../../client/index.ts';
import type { KubeObject, OwnerReference } from '../../machinery/index.ts';
import { statefulSetController } from './index.ts';

const labels = { app: 'db' };
const template = (image: string): PodTemplateSpec => ({
  metadata: { labels },
  spec: { containers: [{ name: 'main', image }] },
});
const claimTemplate: PersistentVolumeClaim = { metadata: { name: 'data' }, spec: {} };

function statefulSet(spec: Partial<StatefulSetSpec> = {}, status?: StatefulSet['status']): StatefulSet {
  return {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name: 'db', namespace: 'default', uid: 'set', generation: 1 },
    spec: {
      replicas: 3,
      serviceName: 'db',
      selector: { matchLabels: labels },
      template: template('db:1'),
      updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 0 } },
      ...spec,
    },
    status,
  };
}

const owner: OwnerReference = { apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'db', uid: 'set', controller: true };

function revision(number: number, image: string): ControllerRevision {
  return {
    apiVersion: 'apps/v1',
    kind: 'ControllerRevision',
    metadata: { name: `db-${image}`, namespace: 'default', uid: `db-${image}`, labels, ownerReferences: [owner] },
    revision: number,
    data: { spec: { template: { ...template(image), $patch: 'replace' } } },
  };
}

interface PodShape {
  readonly image?: string;
  readonly isReady?: boolean;
  readonly isMarked?: boolean;
  readonly phase?: string;
}

function pod(
  ordinal: number,
  { image = 'db:1', isReady = true, isMarked = false, phase = 'Running' }: PodShape = {},
): Pod {
  const name = `db-${ordinal}`;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace: 'default',
      uid: name,
      labels: { ...labels, 'statefulset.kubernetes.io/pod-name': name, 'controller-revision-hash': `db-${image}` },
      ownerReferences: [owner],
      deletionTimestamp: isMarked ? '2026-01-01T00:00:00Z' : undefined,
    },
    spec: template(image).spec,
    status: { phase, conditions: [{ type: 'Ready', status: isReady ? 'True' : 'False' }] },
  };
}

const first = revision(1, 'db:1');

/** What it does to pods and claims. */
function moves(set: StatefulSet, others: readonly KubeObject[]): string[] {
  return describeSteps(reconcile(statefulSetController, { object: set, others: [first, ...others] })).filter(
    line => !line.includes('statefulsets/status'),
  );
}

test('records its template before it makes any pod', () => {
  const steps = reconcile(statefulSetController, { object: statefulSet() });
  assert.equal(steps.length, 1);
  const made = (steps[0] as CreateStep).object as ControllerRevision;
  assert.equal(made.metadata.name, `db-${made.metadata.labels?.['controller.kubernetes.io/hash']}`);
  assert.deepEqual([made.revision, made.metadata.labels?.['app']], [1, 'db']);
});

test('makes one pod at a time, each when the one before is available', () => {
  assert.deepEqual(moves(statefulSet(), []), ['create pods db-0']);
  assert.deepEqual(moves(statefulSet(), [pod(0, { isReady: false })]), []);
  assert.deepEqual(moves(statefulSet(), [pod(0)]), ['create pods db-1']);
});

test('makes all pods at once with the Parallel policy', () => {
  assert.deepEqual(moves(statefulSet({ podManagementPolicy: 'Parallel' }), [pod(1, { isReady: false })]), [
    'create pods db-0',
    'create pods db-2',
  ]);
});

test('replaces a pod that has ended, but only once it is gone', () => {
  assert.deepEqual(moves(statefulSet(), [pod(0, { phase: 'Succeeded' })]), ['delete pods db-0']);
  assert.deepEqual(moves(statefulSet(), [pod(0, { phase: 'Failed', isMarked: true })]), []);
});

test('removes the last pod first, and waits for it', () => {
  const four = [0, 1, 2, 3, 4].map(ordinal => pod(ordinal));
  assert.deepEqual(moves(statefulSet(), four), ['delete pods db-4']);
  assert.deepEqual(moves(statefulSet(), [...four.slice(0, 4), pod(4, { isMarked: true })]), []);
});

test('replaces the last pod of an old template first, and waits for its successor', () => {
  const set = statefulSet({ template: template('db:2') }, { replicas: 3, currentRevision: 'db-db:1' });
  const second = revision(2, 'db:2');
  const old = [0, 1, 2].map(ordinal => pod(ordinal));
  assert.deepEqual(moves(set, [second, ...old]), ['delete pods db-2']);
  assert.deepEqual(moves(set, [second, pod(0), pod(1), pod(2, { image: 'db:2', isReady: false })]), []);
  assert.deepEqual(moves(set, [second, pod(0), pod(1), pod(2, { image: 'db:2' })]), ['delete pods db-1']);
});

test('makes a pod below the partition from the old template', () => {
  const updateStrategy = { type: 'RollingUpdate', rollingUpdate: { partition: 1 } };
  const set = statefulSet({ template: template('db:2'), updateStrategy }, { replicas: 3, currentRevision: 'db-db:1' });
  const steps = reconcile(statefulSetController, { object: set, others: [first, revision(2, 'db:2')] });
  const made = (steps[0] as CreateStep).object as Pod;
  assert.equal(made.spec.containers[0]?.image, 'db:1');
  assert.equal(made.metadata.labels?.['controller-revision-hash'], 'db-db:1');
});

test('makes a pod’s claims before the pod, and mounts them', () => {
  const set = statefulSet({ volumeClaimTemplates: [claimTemplate] });
  const steps = reconcile(statefulSetController, { object: set, others: [first] });
  assert.deepEqual(describeSteps(steps).slice(0, 2), ['create persistentvolumeclaims data-db-0', 'create pods db-0']);
  const made = (steps[1] as CreateStep).object as Pod;
  assert.deepEqual(made.spec.volumes, [{ name: 'data', persistentVolumeClaim: { claimName: 'data-db-0' } }]);
});

const claim = (ordinal: number, metadata: PersistentVolumeClaim['metadata'] = {}): PersistentVolumeClaim => ({
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: { name: `data-db-${ordinal}`, namespace: 'default', ...metadata },
  spec: {},
});

test('waits for a claim that is on its way out', () => {
  const set = statefulSet({ volumeClaimTemplates: [claimTemplate] });
  assert.deepEqual(moves(set, [claim(0, { deletionTimestamp: '2026-01-01T00:00:00Z' })]), [
    'event Warning FailedCreate: Create Pod db-0 in StatefulSet db failed error: pvc data-db-0 is being deleted',
    'again 5000',
  ]);
});

test('gives a claim to the set, or to the pod that a smaller size removes, by the retention policy', () => {
  const retention = { whenDeleted: 'Delete', whenScaled: 'Delete' };
  const set = statefulSet({
    replicas: 1,
    volumeClaimTemplates: [claimTemplate],
    persistentVolumeClaimRetentionPolicy: retention,
  });
  const steps = reconcile(statefulSetController, { object: set, others: [first, pod(0), pod(1), claim(0), claim(1)] });
  assert.deepEqual(describeSteps(steps).slice(0, 3), [
    'update persistentvolumeclaims data-db-0',
    'update persistentvolumeclaims data-db-1',
    'delete pods db-1',
  ]);
  const owners = steps.slice(0, 2).map(step => (step as UpdateStep).object.metadata.ownerReferences?.[0]);
  assert.deepEqual(
    owners.map(each => `${each?.kind} ${each?.uid}`),
    ['StatefulSet set', 'Pod db-1'],
  );
});

test('calls an update complete when all pods are of its revision and ready', () => {
  const set = statefulSet({ template: template('db:2'), replicas: 2 }, { replicas: 2, currentRevision: 'db-db:1' });
  const pods = [pod(0, { image: 'db:2' }), pod(1, { image: 'db:2' })];
  const steps = reconcile(statefulSetController, { object: set, others: [first, revision(2, 'db:2'), ...pods] });
  const status = writtenStatus(steps, statefulSets);
  assert.deepEqual([status?.currentRevision, status?.updateRevision], ['db-db:2', 'db-db:2']);
  assert.deepEqual([status?.currentReplicas, status?.updatedReplicas, status?.availableReplicas], [2, 2, 2]);
});
