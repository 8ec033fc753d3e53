import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { VirtualWorld } from '../world/index.ts';
import { startAutoCompaction } from './auto-compaction.ts';
import { MemoryStore } from './memory-store.ts';
import { note, noteCodec } from './store.contract.ts';

function setUp() {
  const world = new VirtualWorld({ seed: 1, drainMicrotasks: () => new Promise(resolve => setImmediate(resolve)) });
  const store = new MemoryStore({ clock: world.clock, codec: noteCodec });
  const write = async (count: number): Promise<void> => {
    for (let i = 0; i < count; i++) await store.commit({ compare: [], operations: [{ put: 'a', value: note('1') }] });
  };
  return { world, store, write };
}

describe('automatic compaction', () => {
  it('keeps five minutes of the past', async () => {
    const { world, store, write } = setUp();
    startAutoCompaction({ world, store });
    await write(10);
    await world.advance(295_000);
    assert.equal(store.compactedRevision, 0);
    await write(10);
    await world.advance(20_000);
    assert.equal(store.compactedRevision, 11);
    await world.advance(300_000);
    assert.equal(store.compactedRevision, 21);
  });

  it('keeps fewer when there are too many', async () => {
    const { world, store, write } = setUp();
    startAutoCompaction({ world, store, keepRevisions: 100 });
    await write(500);
    await world.advance(10_000);
    assert.equal(store.compactedRevision, 401);
  });

  it('stops', async () => {
    const { world, store, write } = setUp();
    startAutoCompaction({ world, store, keepRevisions: 1 }).stop();
    await write(500);
    await world.advance(600_000);
    assert.equal(store.compactedRevision, 0);
  });
});
