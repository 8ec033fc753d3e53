import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeSteps, reconcile, writtenStatus } from '../../../test/fixtures/view-of.ts';
import {
  type Deployment,
  type Pod,
  type PodDisruptionBudget,
  podDisruptionBudgets,
  type ReplicaSet,
} from '../../api/generated/index.ts';
import { disruptionController } from './index.ts';

const metadata = { namespace: 'default', name: 'web', uid: 'web', generation: 1 };
const labels = { app: 'web' };

function budget(spec: PodDisruptionBudget['spec'], status?: PodDisruptionBudget['status']): PodDisruptionBudget {
  return {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata,
    spec: { selector: { matchLabels: labels }, ...spec },
    status,
  };
}

const controller = (kind: string, uid: string) => [
  { apiVersion: kind === 'Job' ? 'batch/v1' : 'apps/v1', kind, name: 'web', uid, controller: true },
];

function pod(name: string, isReady: boolean, owners = controller('ReplicaSet', 'set')): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { namespace: 'default', name, labels, ownerReferences: owners },
    spec: { containers: [] },
    status: { phase: 'Running', conditions: [{ type: 'Ready', status: isReady ? 'True' : 'False' }] },
  };
}

const template = { metadata: { labels }, spec: { containers: [{ name: 'main', image: 'web' }] } };
const set: ReplicaSet = {
  apiVersion: 'apps/v1',
  kind: 'ReplicaSet',
  metadata: { ...metadata, uid: 'set', ownerReferences: controller('Deployment', 'deployment') },
  spec: { replicas: 2, selector: { matchLabels: labels }, template },
};
const deployment: Deployment = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { ...metadata, uid: 'deployment' },
  spec: { replicas: 4, selector: { matchLabels: labels }, template },
};
const fourPods = [pod('a', true), pod('b', true), pod('c', true), pod('d', false)];

const statusOf = (object: PodDisruptionBudget, pods: readonly Pod[], now?: string) =>
  writtenStatus(
    reconcile(disruptionController, { object, others: [set, deployment, ...pods], now }),
    podDisruptionBudgets,
  );

test('spares what is healthy beyond minAvailable', () => {
  assert.deepEqual(statusOf(budget({ minAvailable: 2 }), fourPods), {
    currentHealthy: 3,
    desiredHealthy: 2,
    disruptedPods: undefined,
    disruptionsAllowed: 1,
    expectedPods: 4,
    observedGeneration: 1,
    conditions: [
      {
        type: 'DisruptionAllowed',
        status: 'True',
        reason: 'SufficientPods',
        message: '',
        observedGeneration: 1,
        lastTransitionTime: '2026-01-01T00:00:00Z',
      },
    ],
  });
});

test('takes percentages of what the Deployment asks for, not of the pods that there are', () => {
  const byShare = statusOf(budget({ maxUnavailable: '50%' }), fourPods.slice(0, 3));
  assert.deepEqual([byShare?.expectedPods, byShare?.desiredHealthy, byShare?.disruptionsAllowed], [4, 2, 1]);
  const atLeast = statusOf(budget({ minAvailable: '60%' }), fourPods);
  assert.deepEqual([atLeast?.desiredHealthy, atLeast?.disruptionsAllowed], [3, 0]);
});

test('does not count pods whose eviction is under way, until it has taken too long', () => {
  const disruptedPods = { a: '2026-01-01T00:00:00Z' };
  const object = budget({ minAvailable: 1 }, { disruptedPods });
  const early = statusOf(object, fourPods, '2026-01-01T00:01:00Z');
  assert.deepEqual([early?.currentHealthy, early?.disruptedPods], [2, disruptedPods]);
  const steps = reconcile(disruptionController, {
    object,
    others: [set, deployment, ...fourPods],
    now: '2026-01-01T00:02:01Z',
  });
  assert.deepEqual(describeSteps(steps), [
    'update poddisruptionbudgets/status web',
    "event Warning NotDeleted: Pod was expected by PDB default/default to be deleted but it wasn't",
  ]);
  assert.equal(writtenStatus(steps, podDisruptionBudgets)?.currentHealthy, 3);
});

test('allows nothing where nobody can tell how many pods there should be', () => {
  const jobPods = [pod('a', true, controller('Job', 'job'))];
  const steps = reconcile(disruptionController, { object: budget({ maxUnavailable: 1 }), others: jobPods });
  assert.deepEqual(describeSteps(steps), [
    'event Warning CalculateExpectedPodCountFailed: Failed to calculate the number of expected pods: jobs.batch does not implement the scale subresource',
    'update poddisruptionbudgets/status web',
  ]);
  const status = writtenStatus(steps, podDisruptionBudgets);
  assert.deepEqual([status?.disruptionsAllowed, status?.conditions?.[0]?.reason], [0, 'SyncFailed']);
});

test('warns of pods that nobody manages', () => {
  const steps = reconcile(disruptionController, {
    object: budget({ maxUnavailable: 1 }),
    others: [pod('a', true, [])],
  });
  assert.match(
    describeSteps(steps)[0] ?? '',
    /^event Warning UnmanagedPods: Pods selected by this PodDisruptionBudget \(selector: &LabelSelector\{MatchLabels:map\[string\]string\{app: web,\},MatchExpressions:\[\]LabelSelectorRequirement\{\},\}\) were found to be unmanaged\./,
  );
});

test('allows nothing without pods', () => {
  const status = statusOf(budget({ minAvailable: 0 }), []);
  assert.deepEqual([status?.expectedPods, status?.disruptionsAllowed], [0, 0]);
});

test('wants nothing once the status says so', () => {
  const object = budget({ minAvailable: 2 });
  const status = statusOf(object, fourPods);
  assert.deepEqual(
    reconcile(disruptionController, { object: { ...object, status }, others: [set, deployment, ...fourPods] }),
    [],
  );
});
