import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatFieldError } from '../../machinery/index.ts';
import { validateCounts } from './workload-status.ts';

test('parts are not more than the whole, and available pods are ready', () => {
  const status = { replicas: 3, updatedReplicas: 4, readyReplicas: 1, availableReplicas: 2, conditions: [] };
  assert.deepEqual(
    validateCounts(status, undefined, ['updatedReplicas', 'readyReplicas', 'availableReplicas']).map(formatFieldError),
    [
      'status.updatedReplicas: Invalid value: 4: cannot be greater than status.replicas',
      'status.availableReplicas: Invalid value: 2: cannot be greater than readyReplicas',
    ],
  );
});

test('counts are not negative, and collisions are not forgotten', () => {
  assert.deepEqual(validateCounts({ numberReady: -1 }, { collisionCount: 2 }, []).map(formatFieldError), [
    'status.numberReady: Invalid value: -1: must be greater than or equal to 0',
    'status.collisionCount: Invalid value: 0: cannot be decremented',
  ]);
  assert.deepEqual(validateCounts(undefined, undefined, ['readyReplicas']), []);
});
