import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeSteps, reconcile, writtenStatus } from '../../../test/fixtures/view-of.ts';
import {
  type ControllerRevision,
  type DaemonSet,
  type DaemonSetSpec,
  daemonSets,
  type Node,
  type Pod,
} from '../../api/generated/index.ts';
import { daemonSetController } from './index.ts';

const labels = { app: 'agent' };
const template = { metadata: { labels }, spec: { containers: [{ name: 'main', image: 'agent:2' }] } };
const owner = { apiVersion: 'apps/v1', kind: 'DaemonSet', name: 'agent', uid: 'set', controller: true };

function daemonSet(spec: Partial<DaemonSetSpec> = {}): DaemonSet {
  return {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name: 'agent', namespace: 'default', uid: 'set', generation: 1 },
    spec: { selector: { matchLabels: labels }, template, ...spec },
  };
}

const current: ControllerRevision = {
  apiVersion: 'apps/v1',
  kind: 'ControllerRevision',
  metadata: {
    name: 'agent-new',
    namespace: 'default',
    uid: 'revision',
    labels: { ...labels, 'controller-revision-hash': 'new' },
    ownerReferences: [owner],
  },
  revision: 1,
  data: { spec: { template: { ...template, $patch: 'replace' } } },
};

const nodes = ['a', 'b', 'c'].map((name): Node => ({ apiVersion: 'v1', kind: 'Node', metadata: { name }, spec: {} }));

interface PodShape {
  readonly hash?: string;
  readonly isReady?: boolean;
  readonly isMarked?: boolean;
  readonly phase?: string;
  readonly hasRun?: boolean;
}

function pod(name: string, nodeName: string, shape: PodShape = {}): Pod {
  const { hash = 'new', isReady = true, isMarked = false, phase = 'Running', hasRun = true } = shape;
  const state = { terminated: { exitCode: 1 } };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace: 'default',
      uid: name,
      creationTimestamp: '2026-01-01T00:00:00Z',
      labels: { ...labels, 'controller-revision-hash': hash },
      ownerReferences: [owner],
      deletionTimestamp: isMarked ? '2026-01-01T00:00:00Z' : undefined,
    },
    spec: { ...template.spec, nodeName },
    status: {
      phase,
      conditions: [{ type: 'Ready', status: isReady ? 'True' : 'False' }],
      containerStatuses:
        phase === 'Failed' && hasRun
          ? [{ name: 'main', image: '', imageID: '', ready: false, restartCount: 0, state }]
          : undefined,
    },
  };
}

const decide = (set: DaemonSet, pods: readonly Pod[], now = '2026-01-01T00:00:30Z') =>
  reconcile(daemonSetController, { object: set, others: [current, ...nodes, ...pods], now });
const moves = (set: DaemonSet, pods: readonly Pod[]): string[] =>
  describeSteps(decide(set, pods)).filter(line => !line.includes('daemonsets/status'));

test('makes a pod for each node that has none, and none beside one on its way out', () => {
  assert.deepEqual(moves(daemonSet(), [pod('x', 'a'), pod('y', 'b', { isMarked: true })]), ['create pods agent-']);
});

test('writes a template down with its fields in the order of their names, as clients compare it', () => {
  const unordered = { spec: { containers: [{ name: 'main', image: 'agent:2' }] }, metadata: { labels } };
  const steps = reconcile(daemonSetController, { object: daemonSet({ template: unordered }), others: nodes });
  const revision = steps.flatMap(step => (step.do === 'create' ? [step.object as ControllerRevision] : []))[0];
  assert.equal(
    JSON.stringify(revision?.data),
    '{"spec":{"template":{"$patch":"replace","metadata":{"labels":{"app":"agent"}},"spec":{"containers":[{"image":"agent:2","name":"main"}]}}}}',
  );
});

test('keeps the oldest of several pods on a node', () => {
  const twins = [pod('first', 'a'), { ...pod('second', 'a') }, pod('y', 'b'), pod('z', 'c')];
  assert.deepEqual(moves(daemonSet(), twins), ['delete pods second']);
});

test('replaces a pod that failed, at once if it ran, later if its kubelet rejected it', () => {
  const others = [pod('y', 'b'), pod('z', 'c')];
  assert.deepEqual(moves(daemonSet(), [pod('x', 'a', { phase: 'Failed', isReady: false }), ...others]), [
    'event Warning FailedDaemonPod: Found failed daemon pod default/x on node a, will try to kill it',
    'delete pods x',
  ]);
  const rejected = pod('x', 'a', { phase: 'Failed', isReady: false, hasRun: false });
  assert.deepEqual(moves(daemonSet(), [rejected, ...others]), ['again 30000']);
});

test('replaces as many old pods as may be unavailable, and any that are unavailable anyway', () => {
  const old = { hash: 'old' };
  const updateStrategy = { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 2 } };
  const set = daemonSet({ updateStrategy });
  assert.deepEqual(moves(set, [pod('x', 'a', old), pod('y', 'b', old), pod('z', 'c', old)]), [
    'delete pods x',
    'delete pods y',
  ]);
  const broken = pod('z', 'c', { ...old, isReady: false });
  assert.deepEqual(moves(set, [pod('x', 'a', old), pod('y', 'b', old), broken]), ['delete pods z', 'delete pods x']);
});

test('waits for new pods to become available', () => {
  const pods = [pod('x', 'a', { isReady: false }), pod('y', 'b', { hash: 'old' }), pod('z', 'c', { hash: 'old' })];
  assert.deepEqual(moves(daemonSet({ updateStrategy: { type: 'RollingUpdate' } }), pods), []);
});

test('surges: makes the new pod first, and deletes the old one when that is available', () => {
  const rollingUpdate = { maxSurge: 1, maxUnavailable: 0 };
  const set = daemonSet({ updateStrategy: { type: 'RollingUpdate', rollingUpdate } });
  const old = [pod('x', 'a', { hash: 'old' }), pod('y', 'b', { hash: 'old' }), pod('z', 'c', { hash: 'old' })];
  assert.deepEqual(moves(set, old), ['create pods agent-']);
  assert.deepEqual(moves(set, [...old, pod('new', 'a', { isReady: false })]), []);
  assert.deepEqual(moves(set, [...old, pod('new', 'a')]), ['delete pods x']);
});

test('counts what it wants, has and has made anew', () => {
  const pods = [pod('x', 'a'), pod('y', 'b', { hash: 'old' }), pod('z', 'c', { isReady: false })];
  const status = writtenStatus(decide(daemonSet({ updateStrategy: { type: 'OnDelete' } }), pods), daemonSets);
  assert.deepEqual(status, {
    currentNumberScheduled: 3,
    numberMisscheduled: 0,
    desiredNumberScheduled: 3,
    numberReady: 2,
    observedGeneration: 1,
    updatedNumberScheduled: 2,
    numberAvailable: 2,
    numberUnavailable: 1,
  });
});
