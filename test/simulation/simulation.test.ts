import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Pod, pods } from '../../src/api/generated/index.ts';
import { createMicrotaskDrain } from '../../src/drivers/world/index.ts';
import { InvariantViolation, Simulation, type SimulationReport } from '../../src/simulation/index.ts';
import { createObjectCodec, MemoryStore, StoredObject } from '../../src/storage/index.ts';

const hourMs = 3600_000;

function createSimulation(
  seed: number,
  options: Partial<ConstructorParameters<typeof Simulation>[0]> = {},
): Simulation {
  return new Simulation({ nodes: 20, seed, drainMicrotasks: createMicrotaskDrain(), ...options });
}

async function simulate(seed: number): Promise<SimulationReport> {
  const simulation = createSimulation(seed);
  await simulation.start();
  await simulation.run(2 * hourMs);
  return simulation.finish();
}

test('a cluster of 20 nodes goes through two hours the same way from the same seed, another way from another', async () => {
  const [first, again, other] = [await simulate(7), await simulate(7), await simulate(8)];
  assert.deepEqual(again, first);
  assert.notEqual(other.digest, first.digest);
  assert.match(first.digest, /^[0-9a-f]{16}$/);
});

test('much happens in two hours', async () => {
  const report = await simulate(7);
  assert.equal(report.virtualMs >= 2 * hourMs, true);
  // Twenty nodes renew their Leases every ten seconds.
  assert.ok(report.writes > 20 * 6 * 120, `${report.writes} writes`);
  assert.ok(report.jobs >= 20, `${report.jobs} jobs`);
  assert.ok(report.rollouts >= 5 && report.scalings >= 10, `${report.rollouts} rollouts, ${report.scalings} scalings`);
  assert.ok(report.nodeFailures >= 1 && report.pods > 0);
});

function podOn(nodeName: string, name: string): Pod {
  const resources = { requests: { cpu: '3', memory: '1Gi' } };
  return {
    metadata: { name, namespace: 'workload' },
    spec: { nodeName, containers: [{ name: 'main', image: 'app', resources }] },
  };
}

test('stops when pods are put on a node that cannot hold them', async () => {
  const simulation = createSimulation(7);
  await simulation.start();
  await simulation.run(60_000);
  const { client } = simulation;
  for (let i = 0; i < 3; i++) await client.create(pods, podOn('sim-0', `crowd-${i}`));
  await assert.rejects(simulation.run(60_000), (error: unknown) => {
    assert.ok(error instanceof InvariantViolation);
    assert.match(
      error.message,
      /^2026-01-01T\d\d:\d\d:\d\dZ: "no pod on a node that cannot hold it" does not hold: sim-0 /,
    );
    return true;
  });
});

test('stops when the store writes a wrong revision into one object', async () => {
  const codec = createObjectCodec();
  let writes = 0;
  const createStore = (clock: MemoryStoreClock) =>
    new MemoryStore<StoredObject>({
      clock,
      codec: {
        atRevision: (draft, revision) => {
          if (++writes !== 3000) return codec.atRevision(draft, revision);
          const { key, object } = codec.atRevision(draft, revision + 1);
          return new StoredObject(key, revision, object, undefined, undefined);
        },
      },
    });
  const simulation = createSimulation(7, { createStore });
  await simulation.start();
  await assert.rejects(simulation.run(hourMs), /"revisions only grow" does not hold: \/registry\/.* of \d+ says \d+/);
  assert.ok(writes >= 3000);
});

type MemoryStoreClock = ConstructorParameters<typeof MemoryStore<StoredObject>>[0]['clock'];
