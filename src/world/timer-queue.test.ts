import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { TimerQueue } from './timer-queue.ts';

interface SetTimer {
  readonly dueMs: number;
  readonly isCancelled: boolean;
}

const timers = fc.array(
  fc.record({ dueMs: fc.integer({ min: 0, max: 40 }), isCancelled: fc.boolean() }) as fc.Arbitrary<SetTimer>,
  { maxLength: 600 },
);

function drain(queue: TimerQueue): void {
  for (let due = queue.nextDue(); due !== undefined; due = queue.nextDue()) {
    for (let run = queue.takeDue(due); run !== undefined; run = queue.takeDue(due)) run();
  }
}

test('fires timers by due time, and those of one instant in the order in which they were set', () => {
  fc.assert(
    fc.property(timers, all => {
      const queue = new TimerQueue();
      const fired: number[] = [];
      const set = all.map(({ dueMs }, index) => queue.add(dueMs, () => fired.push(index)));
      for (const [index, { isCancelled }] of all.entries()) if (isCancelled) set[index]!.cancel();
      drain(queue);
      const expected = all
        .map((timer, index) => ({ ...timer, index }))
        .filter(timer => !timer.isCancelled)
        .sort((a, b) => a.dueMs - b.dueMs || a.index - b.index)
        .map(timer => timer.index);
      assert.deepEqual(fired, expected);
    }),
  );
});

test('keeps the order when timers are set while others fire', () => {
  fc.assert(
    fc.property(timers, all => {
      const queue = new TimerQueue();
      const fired: number[] = [];
      for (const { dueMs } of all) {
        queue.add(dueMs, () => {
          fired.push(dueMs);
          queue.add(dueMs + 7, () => fired.push(dueMs + 7));
        });
      }
      drain(queue);
      assert.equal(fired.length, 2 * all.length);
      assert.deepEqual(
        fired,
        [...fired].sort((a, b) => a - b),
      );
    }),
  );
});

test('does not take what is not due yet', () => {
  const queue = new TimerQueue();
  queue.add(5, () => {});
  assert.equal(queue.takeDue(4), undefined);
  assert.equal(queue.nextDue(), 5);
});
