import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeSteps, reconcile, writtenStatus } from '../../test/fixtures/view-of.ts';
import { type Pod, type ReplicaSet, replicaSets } from '../api/generated/index.ts';
import type { CreateStep } from '../client/index.ts';
import { statusError } from '../machinery/index.ts';
import { replicaSetController } from './replica-set.ts';

const labels = { app: 'web' };

function replicaSet(replicas: number, more: Partial<ReplicaSet> = {}): ReplicaSet {
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: { name: 'web', namespace: 'default', uid: 'set', generation: 1 },
    spec: {
      replicas,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [{ name: 'main', image: 'web' }] } },
    },
    ...more,
  };
}

interface PodShape {
  readonly phase?: string;
  readonly isReady?: boolean;
  readonly node?: string | undefined;
  readonly cost?: number;
  readonly readyAt?: string;
  readonly owner?: string | undefined;
  readonly podLabels?: Record<string, string>;
  readonly isMarked?: boolean;
  readonly restarts?: number;
}

function pod(name: string, shape: PodShape = {}): Pod {
  const { phase = 'Running', isReady = true, cost, readyAt = '2025-12-31T00:00:00Z', isMarked, restarts = 0 } = shape;
  const node = 'node' in shape ? shape.node : `node-of-${name}`;
  const owner = 'owner' in shape ? shape.owner : 'set';
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace: 'default',
      uid: name,
      creationTimestamp: readyAt,
      labels: shape.podLabels ?? labels,
      annotations: cost === undefined ? undefined : { 'controller.kubernetes.io/pod-deletion-cost': String(cost) },
      deletionTimestamp: isMarked ? readyAt : undefined,
      ownerReferences:
        owner === undefined
          ? undefined
          : [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'web', uid: owner, controller: true }],
    },
    spec: { containers: [], nodeName: node },
    status: {
      phase,
      conditions: [{ type: 'Ready', status: isReady ? 'True' : 'False', lastTransitionTime: readyAt }],
      containerStatuses: [{ name: 'main', image: '', imageID: '', ready: isReady, restartCount: restarts }],
    },
  };
}

/** The names of the pods that go when only one may stay, first to go first. */
function deleted(pods: readonly Pod[], others: readonly ReplicaSet[] = []): string[] {
  return describeSteps(reconcile(replicaSetController, { object: replicaSet(1), others: [...pods, ...others] }))
    .filter(line => line.startsWith('delete'))
    .map(line => line.replace('delete pods ', ''));
}

test('creates what is missing, made from the template and owned by the set', () => {
  const steps = reconcile(replicaSetController, { object: replicaSet(2), others: [pod('a')] });
  assert.deepEqual(describeSteps(steps), ['create pods web-', 'update replicasets/status web']);
  const { metadata } = (steps[0] as CreateStep).object;
  assert.deepEqual(metadata.ownerReferences, [
    { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'web', uid: 'set', controller: true, blockOwnerDeletion: true },
  ]);
});

test('creates at most five hundred pods in a round', () => {
  const steps = reconcile(replicaSetController, { object: replicaSet(2000) });
  assert.equal(steps.filter(step => step.do === 'create').length, 500);
});

test('replaces failed pods and those on their way out, and counts the latter', () => {
  const steps = reconcile(replicaSetController, {
    object: replicaSet(2),
    others: [pod('a', { phase: 'Failed' }), pod('b', { isMarked: true })],
  });
  assert.equal(steps.filter(step => step.do === 'create').length, 2);
  const status = writtenStatus(steps, replicaSets);
  assert.deepEqual([status?.replicas, status?.terminatingReplicas], [0, 1]);
});

test('spares pods on a node, running ones, ready ones and costly ones, in this order', () => {
  const pods = [
    pod('costly', { cost: 10 }),
    pod('plain'),
    pod('unready', { isReady: false }),
    pod('pending', { phase: 'Pending', isReady: false }),
    pod('unbound', { phase: 'Pending', isReady: false, node: undefined }),
  ];
  assert.deepEqual(deleted(pods), ['unbound', 'pending', 'unready', 'plain']);
});

test('spares pods that have been ready for long, and those that were restarted less', () => {
  const pods = [
    pod('old', { readyAt: '2025-12-01T00:00:00Z' }),
    pod('young', { readyAt: '2025-12-31T23:59:00Z' }),
    pod('restarted', { readyAt: '2025-12-01T00:00:00Z', restarts: 3 }),
  ];
  assert.deepEqual(deleted(pods), ['young', 'restarted']);
});

test('counts pods of all sets of a Deployment as neighbours', () => {
  const owner = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web', uid: 'deployment', controller: true };
  const object = replicaSet(1, { metadata: { ...replicaSet(1).metadata, ownerReferences: [owner] } });
  const sibling = replicaSet(1, {
    metadata: { ...replicaSet(1).metadata, name: 'old', uid: 'old', ownerReferences: [owner] },
  });
  const pods = [
    pod('alone', { node: 'quiet' }),
    pod('crowded', { node: 'busy' }),
    pod('x', { node: 'busy', owner: 'old' }),
  ];
  const steps = reconcile(replicaSetController, { object, others: [sibling, ...pods] });
  assert.deepEqual(describeSteps(steps)[0], 'delete pods crowded');
});

test('adopts active pods that nobody controls, and releases those that no longer match', () => {
  const steps = reconcile(replicaSetController, {
    object: replicaSet(1),
    others: [
      pod('orphan', { owner: undefined }),
      pod('ended', { owner: undefined, phase: 'Succeeded' }),
      pod('renamed', { podLabels: { app: 'other' } }),
    ],
  });
  assert.deepEqual(describeSteps(steps), ['patch pods renamed', 'patch pods orphan', 'update replicasets/status web']);
});

test('touches no pods while it is being deleted', () => {
  const object = replicaSet(5, {
    metadata: { ...replicaSet(5).metadata, deletionTimestamp: '2026-01-01T00:00:00Z' },
  });
  const steps = reconcile(replicaSetController, { object, others: [pod('a')] });
  assert.deepEqual(describeSteps(steps), ['update replicasets/status web']);
});

test('looks again when the next pod has been ready for long enough', () => {
  const base = replicaSet(2);
  const object = replicaSet(2, { spec: { ...base.spec, minReadySeconds: 30 } });
  const pods = [pod('a', { readyAt: '2026-01-01T00:00:00Z' }), pod('b', { readyAt: '2026-01-01T00:00:10Z' })];
  const steps = reconcile(replicaSetController, { object, others: pods, now: '2026-01-01T00:00:35Z' });
  assert.deepEqual(describeSteps(steps), ['update replicasets/status web', 'again 5000']);
  const status = writtenStatus(steps, replicaSets);
  assert.deepEqual([status?.readyReplicas, status?.availableReplicas], [2, 1]);
});

test('reports why pods may not be created, once, until they may', () => {
  const forbidden = statusError.forbidden({ group: '', resource: 'pods' }, 'web-', 'exceeded quota: small');
  const object = replicaSet(1);
  const creation = reconcile(replicaSetController, { object })[0] as CreateStep;
  const failed = creation.onError!(forbidden);
  assert.deepEqual(describeSteps(failed), [
    'event Warning FailedCreate: Error creating: pods "web-" is forbidden: exceeded quota: small',
    'update replicasets/status web',
  ]);
  const status = writtenStatus(failed, replicaSets);
  assert.deepEqual(status?.conditions, [
    {
      type: 'ReplicaFailure',
      status: 'True',
      reason: 'FailedCreate',
      message: 'pods "web-" is forbidden: exceeded quota: small',
      lastTransitionTime: '2026-01-01T00:00:00Z',
    },
  ]);
  const retry = reconcile(replicaSetController, { object: { ...object, status } })[0] as CreateStep;
  assert.deepEqual(describeSteps(retry.onError!(forbidden)).length, 1, 'only the event');
  const recovered = reconcile(replicaSetController, { object: { ...object, status }, others: [pod('a')] });
  assert.equal(writtenStatus(recovered, replicaSets)?.conditions, undefined);
});

test('wants nothing once all is as it should be', () => {
  const others = [pod('a'), pod('b')];
  const object = replicaSet(2);
  const status = writtenStatus(reconcile(replicaSetController, { object, others }), replicaSets);
  assert.deepEqual(reconcile(replicaSetController, { object: { ...object, status }, others }), []);
});
