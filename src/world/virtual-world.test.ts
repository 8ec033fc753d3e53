import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createMicrotaskDrain } from '../drivers/world/index.ts';
import { VirtualWorld } from './virtual-world.ts';

function createWorld(seed = 1): VirtualWorld {
  return new VirtualWorld({ seed, startMs: 0, drainMicrotasks: createMicrotaskDrain() });
}

test('stands still until somebody advances it, and ends where it was told to', async () => {
  const world = createWorld();
  await world.flush();
  assert.equal(world.clock.now(), 0);
  await world.advance(1234);
  assert.equal(world.clock.now(), 1234);
  assert.equal(world.clock.monotonic(), 1234);
});

test('runs to its end all that an instant starts before the next instant comes', async () => {
  const world = createWorld();
  const seen: string[] = [];
  world.tasks.spawn('sleeper', async () => {
    await world.clock.sleep(10);
    for (let i = 0; i < 100; i++) await undefined;
    seen.push(`sleeper at ${world.clock.now()}`);
  });
  world.clock.after(11, () => seen.push(`timer at ${world.clock.now()}`));
  await world.advance(20);
  assert.deepEqual(seen, ['sleeper at 10', 'timer at 11']);
  assert.equal(world.timersFired, 2);
});

test('fires what is set for the same instant, also while it is that instant', async () => {
  const world = createWorld();
  const seen: number[] = [];
  const again = (count: number): void => {
    seen.push(world.clock.now());
    if (count > 0) world.clock.after(0, () => again(count - 1));
  };
  world.clock.after(5, () => again(2));
  await world.advance(5);
  assert.deepEqual(seen, [5, 5, 5]);
});

test('does not fire what was cancelled', async () => {
  const world = createWorld();
  const timer = world.clock.after(5, () => assert.fail('fired'));
  timer.cancel();
  await world.advance(10);
  assert.equal(world.timersFired, 0);
});

test('stops advancing as soon as a condition holds', async () => {
  const world = createWorld();
  let count = 0;
  for (let ms = 1; ms <= 10; ms++) world.clock.after(ms, () => count++);
  assert.equal(await world.advanceUntil(() => count === 3, 1000), true);
  assert.equal(world.clock.now(), 3);
  assert.equal(await world.advanceUntil(() => count === 11, 1000), false);
  assert.equal(world.clock.now(), 1003);
});

test('fails whoever advances it when a task has failed', async () => {
  const world = createWorld();
  const cause = new Error('broken');
  world.clock.after(5, () =>
    world.tasks.spawn('clumsy', async () => {
      throw cause;
    }),
  );
  await assert.rejects(world.advance(10), { message: 'task clumsy failed in the virtual world', cause });
  await world.advance(10);
});

test('draws the same from the same seed', () => {
  const draw = (seed: number): number[] => {
    const random = createWorld(seed).random.stream('a');
    return [random.float(), random.integer(1000)];
  };
  assert.deepEqual(draw(1), draw(1));
  assert.notDeepEqual(draw(1), draw(2));
});
