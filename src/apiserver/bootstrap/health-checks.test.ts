import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createTextCodec, DurableStore, JournalError, type StoredObject } from '../../storage/index.ts';
import { VirtualWorld } from '../../world/index.ts';
import { createHealthChecks } from './health-checks.ts';

test('the store’s check fails while its disk is full, and tries it again', async () => {
  const world = new VirtualWorld({ seed: 1, drainMicrotasks: () => new Promise(done => setImmediate(done)) });
  let isFull = false;
  const store = new DurableStore<StoredObject>({
    clock: world.clock,
    codec: createTextCodec(),
    journal: {
      write: async () => {
        if (isFull) throw new JournalError('full', 'no space left on device');
      },
      close: async () => {},
    },
    contents: { compactedRevision: 0, lastLease: 0, leases: [], versions: [] },
  });
  const check = createHealthChecks(store, world).find(({ name }) => name === 'etcd')!;
  assert.equal(check.check(), undefined);
  isFull = true;
  await assert.rejects(store.grantLease(1000));
  assert.equal(check.check(), 'no space left on device');
  await world.flush();
  assert.equal(check.check(), 'no space left on device');
  await world.flush();
  isFull = false;
  assert.equal(check.check(), 'no space left on device');
  await world.flush();
  assert.equal(check.check(), undefined);
});
