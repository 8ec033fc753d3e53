import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createMicrotaskDrain } from '../drivers/world/index.ts';
import { VirtualWorld } from '../world/index.ts';
import { type RetryDelays, WorkQueue } from './work-queue.ts';

function setUp(delays?: RetryDelays) {
  const world = new VirtualWorld({ seed: 1, drainMicrotasks: createMicrotaskDrain() });
  const counts = { ready: 0 };
  const onReady = (): void => {
    counts.ready++;
  };
  return { world, counts, queue: new WorkQueue(world.clock, onReady, delays) };
}

function takeAll(queue: WorkQueue): string[] {
  const keys: string[] = [];
  for (let key = queue.take(); key !== undefined; key = queue.take()) keys.push(key);
  return keys;
}

test('hands out keys in the order in which they came, each once', () => {
  const { queue } = setUp();
  for (const key of ['b', 'a', 'b', 'c']) queue.add(key);
  assert.equal(queue.length, 3);
  assert.deepEqual(takeAll(queue), ['b', 'a', 'c']);
});

test('brings back a key that was added while it was worked on, but only when that is done', () => {
  const { queue, counts } = setUp();
  queue.add('a');
  assert.equal(queue.take(), 'a');
  queue.add('a');
  queue.add('a');
  assert.equal(queue.take(), undefined);
  const readyBefore = counts.ready;
  queue.done('a');
  assert.equal(counts.ready, readyBefore + 1);
  assert.deepEqual(takeAll(queue), ['a']);
  queue.done('a');
  assert.equal(queue.isIdle, true);
});

test('is idle only when nothing waits and nothing is worked on', () => {
  const { queue } = setUp();
  assert.equal(queue.isIdle, true);
  queue.add('a');
  assert.equal(queue.isIdle, false);
  queue.take();
  assert.equal(queue.isIdle, false);
  queue.done('a');
  assert.equal(queue.isIdle, true);
});

test('adds a key after the shortest of its delays, once', async () => {
  const { world, queue } = setUp();
  queue.addAfter('a', 500);
  queue.addAfter('a', 200);
  queue.addAfter('a', 300);
  await world.advance(199);
  assert.deepEqual(takeAll(queue), []);
  await world.advance(1);
  assert.deepEqual(takeAll(queue), ['a']);
  queue.done('a');
  await world.advance(1000);
  assert.deepEqual(takeAll(queue), []);
});

test('doubles the delay with every failure up to the longest, and begins anew when told to forget', () => {
  const { queue } = setUp({ minMs: 5, maxMs: 60 });
  const delays = [1, 2, 3, 4, 5, 6].map(() => queue.addRateLimited('a'));
  assert.deepEqual(delays, [5, 10, 20, 40, 60, 60]);
  assert.equal(queue.addRateLimited('b'), 5);
  queue.forget('a');
  assert.equal(queue.addRateLimited('a'), 5);
});

test('adds nothing any more once stopped', async () => {
  const { world, queue } = setUp();
  queue.add('waiting');
  queue.addAfter('later', 100);
  queue.stop();
  await world.advance(1000);
  assert.deepEqual(takeAll(queue), []);
});
