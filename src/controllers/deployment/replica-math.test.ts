import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Deployment, ReplicaSet } from '../../api/generated/index.ts';
import { nextNewReplicas, nextOldReplicas, resolveBounds, spreadProportionally } from './replica-math.ts';

type Bound = number | string;

function deployment(replicas: number, maxSurge: Bound = '25%', maxUnavailable: Bound = '25%'): Deployment {
  return {
    metadata: { name: 'web' },
    spec: {
      replicas,
      selector: {},
      template: { spec: { containers: [] } },
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge, maxUnavailable } },
    },
  };
}

interface SetShape {
  readonly available?: number;
  readonly max?: number;
  readonly createdAt?: string;
}

function set(name: string, replicas: number, { available = replicas, max, createdAt }: SetShape = {}): ReplicaSet {
  const annotations = max === undefined ? {} : { 'deployment.kubernetes.io/max-replicas': String(max) };
  return {
    metadata: { name, creationTimestamp: createdAt ?? '2026-01-01T00:00:00Z', annotations },
    spec: { replicas, selector: {} },
    status: { replicas, availableReplicas: available },
  };
}

const sizes = (next: ReadonlyMap<ReplicaSet, number>): Record<string, number> =>
  Object.fromEntries([...next].map(([each, count]) => [each.metadata.name, count]));

test('rounds surge up and unavailability down, and never both to nothing', () => {
  assert.deepEqual(resolveBounds(deployment(10)), { maxSurge: 3, maxUnavailable: 2 });
  assert.deepEqual(resolveBounds(deployment(3)), { maxSurge: 1, maxUnavailable: 0 });
  assert.deepEqual(resolveBounds(deployment(1, 0, '25%')), { maxSurge: 0, maxUnavailable: 1 });
  assert.deepEqual(resolveBounds(deployment(0)), { maxSurge: 0, maxUnavailable: 0 });
});

test('grows the new set only as far as the surge allows', () => {
  assert.equal(nextNewReplicas(deployment(10, 3), [set('old', 10), set('new', 0)], 0), 3);
  assert.equal(nextNewReplicas(deployment(10, 3), [set('old', 10), set('new', 3)], 3), 3);
  assert.equal(nextNewReplicas(deployment(10, 3), [set('old', 2), set('new', 8)], 8), 10);
});

test('takes unavailable old pods first, then as many available ones as can be spared', () => {
  const broken = set('broken', 4, { available: 0, createdAt: '2026-01-01T00:00:01Z' });
  const old = set('old', 8);
  const next = nextOldReplicas(deployment(10, 3, 2), [old, broken], set('new', 1, { available: 0 }));
  assert.deepEqual(sizes(next), { old: 8, broken: 0 });
  const later = nextOldReplicas(deployment(10, 3, 2), [old], set('new', 5));
  assert.deepEqual(sizes(later), { old: 3 });
});

test('keeps old pods while the new ones are not available', () => {
  const next = nextOldReplicas(deployment(10, 3, 2), [set('old', 8)], set('new', 5, { available: 0 }));
  assert.deepEqual(sizes(next), { old: 8 });
});

test('spreads growth by size, the rest to the largest', () => {
  const sets = [set('old', 8, { max: 13 }), set('new', 5, { max: 13 })];
  assert.deepEqual(sizes(spreadProportionally(deployment(15, 3, 2), sets)), { old: 11, new: 7 });
});

test('spreads shrinking by size', () => {
  const sets = [set('old', 8, { max: 13 }), set('new', 5, { max: 13 })];
  assert.deepEqual(sizes(spreadProportionally(deployment(5, 3, 2), sets)), { old: 5, new: 3 });
  assert.deepEqual(sizes(spreadProportionally(deployment(0, 3, 2), sets)), { old: 0, new: 0 });
});

test('goes by the present size where the annotation was lost', () => {
  const sized = { ...deployment(20, 0, 1), status: { replicas: 10 } };
  assert.deepEqual(sizes(spreadProportionally(sized, [set('old', 6), set('new', 4)])), { old: 12, new: 8 });
});

test('grows the newer of two sets of the same size, and shrinks the older', () => {
  const older = set('older', 5, { max: 10 });
  const newer = set('newer', 5, { max: 10, createdAt: '2026-01-01T00:00:01Z' });
  assert.deepEqual(sizes(spreadProportionally(deployment(11, 0, 1), [older, newer])), { newer: 6, older: 5 });
  assert.deepEqual(sizes(spreadProportionally(deployment(9, 0, 1), [older, newer])), { older: 4, newer: 5 });
});
