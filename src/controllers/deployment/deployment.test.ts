import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeSteps, reconcile, writtenStatus } from '../../../test/fixtures/view-of.ts';
import { type Deployment, deployments, type ReplicaSet } from '../../api/generated/index.ts';
import type { CreateStep, Step } from '../../client/index.ts';
import { type KubeObject, statusError } from '../../machinery/index.ts';
import { deploymentController } from './index.ts';

const at = '2026-01-01T00:00:00Z';
const labels = { app: 'web' };
const template = (image: string) => ({ metadata: { labels }, spec: { containers: [{ name: 'main', image }] } });

function deployment(spec: Partial<Deployment['spec']> = {}, more: Partial<Deployment> = {}): Deployment {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', namespace: 'default', uid: 'web', generation: 1 },
    spec: {
      replicas: 4,
      selector: { matchLabels: labels },
      template: template('web:2'),
      progressDeadlineSeconds: 600,
      ...spec,
    },
    ...more,
  };
}

interface SetShape {
  readonly replicas?: number;
  readonly available?: number;
  readonly revision?: number | bigint;
  readonly desired?: number;
  readonly isOwned?: boolean;
}

function set(name: string, image: string, shape: SetShape = {}): ReplicaSet {
  const { replicas = 4, available = replicas, revision = 1, desired = 4, isOwned = true } = shape;
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name,
      namespace: 'default',
      uid: name,
      generation: 1,
      creationTimestamp: at,
      labels,
      annotations: {
        'deployment.kubernetes.io/revision': String(revision),
        'deployment.kubernetes.io/desired-replicas': String(desired),
        'deployment.kubernetes.io/max-replicas': String(desired + 1),
      },
      ownerReferences: [
        { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web', uid: isOwned ? 'web' : 'other', controller: true },
      ],
    },
    spec: { replicas, selector: { matchLabels: labels }, template: template(image) },
    status: { replicas, availableReplicas: available, readyReplicas: available, observedGeneration: 1 },
  };
}

const decide = (object: Deployment, others: readonly KubeObject[], now = at): readonly Step[] =>
  reconcile(deploymentController, { object, others, now });

const progressing = (reason: string, lastUpdateTime = at) => ({
  conditions: [{ type: 'Progressing', status: 'True', reason, lastUpdateTime, lastTransitionTime: lastUpdateTime }],
});

/** A deployment that already knows its revision and its progress: what is left is the rollout itself. */
const known = (spec: Partial<Deployment['spec']> = {}, revision = 2): Deployment => {
  const base = deployment(spec, { status: progressing('ReplicaSetUpdated') });
  const annotations = { 'deployment.kubernetes.io/revision': String(revision) };
  return { ...base, metadata: { ...base.metadata, annotations } };
};

test('counts revisions beyond what a number can hold', () => {
  const [step] = decide(deployment(), [
    set('old', 'web:1', { revision: 3_546_343_826_724_305_832n }),
  ]) as readonly CreateStep[];
  const { annotations } = step!.object.metadata;
  assert.equal(annotations?.['deployment.kubernetes.io/revision'], '3546343826724305833');
});

test('makes a set for a new template, as large as the surge allows, with the next revision', () => {
  const [step] = decide(deployment(), [set('old', 'web:1', { revision: 6 })]) as readonly CreateStep[];
  const made = step?.object as ReplicaSet;
  assert.equal(made.spec.replicas, 1);
  assert.equal(made.metadata.annotations?.['deployment.kubernetes.io/revision'], '7');
  const hash = made.metadata.labels?.['pod-template-hash'];
  assert.equal(made.metadata.name, `web-${hash}`);
  assert.equal(made.spec.selector.matchLabels?.['pod-template-hash'], hash);
  assert.equal(made.spec.template?.metadata?.labels?.['pod-template-hash'], hash);
  assert.deepEqual(describeSteps(step!.onSuccess!(made)), [
    `event Normal ScalingReplicaSet: Scaled up replica set ${made.metadata.name} from 0 to 1`,
    'update deployments/status web',
  ]);
});

test('names the set by another hash when somebody else has the name', () => {
  const [first] = decide(deployment(), []) as readonly CreateStep[];
  const { name = '' } = first!.object.metadata;
  const taken = statusError.alreadyExists({ group: 'apps', resource: 'replicasets' }, name);
  const [retry] = decide(deployment(), [set(name, 'other:1', { isOwned: false })]) as readonly CreateStep[];
  const status = writtenStatus(retry!.onError!(taken), deployments);
  assert.equal(status?.collisionCount, 1);
  const [second] = decide(deployment({}, { status }), []) as readonly CreateStep[];
  assert.notEqual(second?.object.metadata.name, name);
});

test('says why a set could not be made', () => {
  const [step] = decide(deployment(), []) as readonly CreateStep[];
  const { name = '' } = step!.object.metadata;
  const why = statusError.forbidden({ group: 'apps', resource: 'replicasets' }, name, 'no');
  const steps = step!.onError!(why);
  const message = `Failed to create new replica set "${name}": ${why.message}`;
  const condition = writtenStatus(steps, deployments)?.conditions?.[0];
  assert.deepEqual(
    [condition?.status, condition?.reason, condition?.message],
    ['False', 'ReplicaSetCreateError', message],
  );
  assert.equal(describeSteps(steps)[1], `event Warning ReplicaSetCreateError: ${message}`);
});

test('takes old pods away once new ones are available', () => {
  const sets = [set('old', 'web:1', { replicas: 4 }), set('new', 'web:2', { replicas: 1, revision: 2 })];
  const strategy = { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } };
  const steps = decide(known({ strategy }), sets);
  assert.deepEqual(describeSteps(steps).slice(0, 1), ['update replicasets old']);
  const next = steps[0]?.do === 'update' ? (steps[0].object as ReplicaSet).spec.replicas : undefined;
  assert.equal(next, 3);
});

test('lets all old pods go before it makes the set of a Recreate rollout', () => {
  const strategy = { type: 'Recreate' };
  const shrinking = decide(deployment({ strategy }), [set('old', 'web:1')]);
  assert.deepEqual(describeSteps(shrinking), ['update replicasets old', 'update deployments/status web']);
  const leaving: ReplicaSet = { ...set('old', 'web:1', { replicas: 0 }), status: { replicas: 2 } };
  const waiting = decide(deployment({ strategy }), [leaving]);
  assert.deepEqual(describeSteps(waiting), ['update deployments/status web']);
  const gone = decide(deployment({ strategy }), [set('old', 'web:1', { replicas: 0 })]);
  assert.equal(gone[0]?.do, 'create');
});

test('only scales while it is paused, and stops the clock', () => {
  const steps = decide(deployment({ paused: true, replicas: 6 }), [set('old', 'web:1')]);
  assert.deepEqual(describeSteps(steps), ['update replicasets old', 'update deployments/status web']);
  const condition = writtenStatus(steps, deployments)?.conditions?.find(each => each.type === 'Progressing');
  assert.deepEqual([condition?.status, condition?.reason], ['Unknown', 'DeploymentPaused']);
});

test('gives up after the deadline, and looks again when it passes', () => {
  const stuck = [set('old', 'web:1', { replicas: 3 }), set('new', 'web:2', { replicas: 2, available: 0, revision: 2 })];
  const object = known();
  const status = writtenStatus(decide(object, stuck), deployments);
  const waiting = { ...object, status };
  assert.deepEqual(describeSteps(decide(waiting, stuck, '2026-01-01T00:05:00Z')), ['again 301000']);
  const late = writtenStatus(decide(waiting, stuck, '2026-01-01T00:10:01Z'), deployments);
  const condition = late?.conditions?.find(each => each.type === 'Progressing');
  assert.deepEqual([condition?.status, condition?.reason], ['False', 'ProgressDeadlineExceeded']);
  assert.equal(condition?.message, 'ReplicaSet "new" has timed out progressing.');
});

test('shows a failure of the new set before one of an old set', () => {
  const failing = (name: string, image: string, message: string): ReplicaSet => {
    const base = set(name, image, { replicas: 2, available: 0, revision: image === 'web:2' ? 2 : 1 });
    const failure = { type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate', message };
    return { ...base, status: { ...base.status!, conditions: [failure] } };
  };
  const steps = decide(known(), [failing('old', 'web:1', 'old'), failing('new', 'web:2', 'new')]);
  const condition = writtenStatus(steps, deployments)?.conditions?.find(each => each.type === 'ReplicaFailure');
  assert.equal(condition?.message, 'new');
});

test('deletes the oldest empty sets beyond its history, once the rollout is complete', () => {
  const empty = [1, 2, 3].map(revision => set(`old-${revision}`, `web:0.${revision}`, { replicas: 0, revision }));
  const steps = decide(known({ revisionHistoryLimit: 1 }, 4), [...empty, set('new', 'web:2', { revision: 4 })]);
  assert.deepEqual(describeSteps(steps).slice(0, 2), ['delete replicasets old-1', 'delete replicasets old-2']);
});

test('wants nothing once the rollout is over', () => {
  const sets = [set('old', 'web:1', { replicas: 0 }), set('new', 'web:2', { revision: 2 })];
  const status = writtenStatus(decide(known(), sets), deployments);
  assert.deepEqual(decide({ ...known(), status }, sets), []);
});
