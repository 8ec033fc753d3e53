import assert from 'node:assert/strict';
import { test } from 'node:test';
import { keepOfStatus } from './pod-status.ts';

test('a pod’s status keeps its QoS class and the generations that were observed', () => {
  const ready = { type: 'Ready', status: 'True', observedGeneration: 3 };
  const old = { qosClass: 'Burstable', observedGeneration: 4, conditions: [ready] };
  assert.equal(keepOfStatus(old, old), old);
  assert.deepEqual(keepOfStatus({ conditions: [{ type: 'Ready', status: 'False' }] }, old), {
    qosClass: 'Burstable',
    observedGeneration: 4,
    conditions: [{ type: 'Ready', status: 'False', observedGeneration: 3 }],
  });
  const newer = { observedGeneration: 5, conditions: [{ ...ready, observedGeneration: 5 }] };
  assert.deepEqual(keepOfStatus(newer, old), { ...newer, qosClass: 'Burstable' });
  const unknown = { conditions: [{ type: 'Mine', status: 'True' }] };
  assert.deepEqual(keepOfStatus(unknown, old)?.conditions, unknown.conditions);
});
