import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createMicrotaskDrain } from './microtask-drain.ts';

function startChain(length: number): { readonly stepsDone: number } {
  const chain = { stepsDone: 0 };
  void (async () => {
    for (let i = 0; i < length; i++) {
      await undefined;
      chain.stepsDone++;
    }
  })();
  return chain;
}

test('waits for a long chain of reactions, each started by the one before', async () => {
  const drain = createMicrotaskDrain();
  for (let round = 0; round < 600; round++) {
    const chain = startChain(50);
    await drain();
    assert.equal(chain.stepsDone, 50, `in round ${round}`);
  }
});

test('waits for them as well when it is called outside of any reaction', async () => {
  const drain = createMicrotaskDrain();
  const stepsDone = await new Promise<number>(resolve => {
    setTimeout(() => {
      const chain = startChain(50);
      drain().then(() => resolve(chain.stepsDone));
    });
  });
  assert.equal(stepsDone, 50);
});

test('lets the event loop turn now and then', async () => {
  const drain = createMicrotaskDrain();
  let hasTurned = false;
  setImmediate(() => {
    hasTurned = true;
  });
  for (let round = 0; round < 1000; round++) await drain();
  assert.ok(hasTurned);
});
