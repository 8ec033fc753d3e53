import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TestPlane } from '../../test/fixtures/test-plane.ts';
import { type ConfigMap, configMaps, type Secret, secrets } from '../api/generated/index.ts';
import { Client } from './client.ts';
import type { Controller } from './controller.ts';
import { ControllerRunner } from './controller-runner.ts';
import { Informers } from './informers.ts';
import type { Step } from './step.ts';

const namespace = 'default';

function configMap(name: string, data: Readonly<Record<string, string>> = {}): ConfigMap {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace }, data };
}

function createSecretOf(owner: ConfigMap): Step {
  const { name = '', uid = '' } = owner.metadata;
  const object: Secret = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      generateName: `${name}-`,
      namespace,
      ownerReferences: [{ apiVersion: 'v1', kind: 'ConfigMap', name, uid, controller: true }],
    },
  };
  return { do: 'create', type: secrets, object };
}

/** Keeps one Secret for each ConfigMap. Names are generated, so acting twice on the same want would show. */
const oneSecretEach: Controller<ConfigMap> = {
  name: 'one-secret-each',
  primary: configMaps,
  secondaries: [{ type: secrets }],
  reconcile(object, { view }) {
    if (object === undefined) return [];
    return view.listOwned(secrets, object.metadata.uid ?? '').length > 0 ? [] : [createSecretOf(object)];
  },
};

/** Runs a controller that sees through the plane's faulty line, and writes directly. */
async function run(plane: TestPlane, controller: Controller<ConfigMap>): Promise<ControllerRunner> {
  const informers = new Informers(plane.world, new Client(plane.line));
  const runner = new ControllerRunner(plane.world, plane.client, informers, controller as unknown as Controller);
  runner.start();
  await plane.world.flush();
  return runner;
}

async function countSecrets(plane: TestPlane): Promise<number> {
  return (await plane.client.list(secrets, { namespace })).items.length;
}

test('reconciles what is there, what is new, and what a secondary points to', async () => {
  using plane = await TestPlane.start();
  await plane.client.create(configMaps, configMap('old'));
  await run(plane, oneSecretEach);
  await plane.client.create(configMaps, configMap('new'));
  await plane.world.flush();
  const { items } = await plane.client.list(secrets, { namespace });
  assert.deepEqual(
    items.map(secret => secret.metadata.ownerReferences?.[0]?.name),
    ['new', 'old'],
  );
  await plane.client.delete(secrets, { namespace, name: items[0]!.metadata.name ?? '' });
  await plane.world.flush();
  assert.equal(await countSecrets(plane), 2);
});

test('waits until it sees its own writes before it reconciles the same key again', async () => {
  using plane = await TestPlane.start();
  await run(plane, oneSecretEach);
  plane.line.delayMs = 5000;
  let object = await plane.client.create(configMaps, configMap('a'));
  await plane.world.advance(5000);
  // The Secret exists, but the controller only hears of it 5 s later; meanwhile its key keeps coming up.
  assert.equal(await countSecrets(plane), 1);
  plane.line.delayMs = 1000;
  for (let round = 0; round < 3; round++) {
    object = await plane.client.update(configMaps, { ...object, data: { round: String(round) } });
    await plane.world.advance(1000);
  }
  assert.equal(await countSecrets(plane), 1);
  await plane.world.advance(10_000);
  assert.equal(await countSecrets(plane), 1);
});

test('retries what fails with back-off, and reports it with the steps that the failure calls for', async () => {
  using plane = await TestPlane.start();
  const startedMs = plane.world.clock.now();
  const attempts: number[] = [];
  await run(plane, {
    name: 'always-wrong',
    primary: configMaps,
    secondaries: [{ type: secrets }],
    reconcile(object, { now }) {
      if (object?.metadata.name !== 'a') return [];
      attempts.push(now - startedMs);
      const invalid = { ...createSecretOf(object), object: { metadata: { name: 'Not/A/Name', namespace } } } as Step;
      return [invalid];
    },
  });
  await plane.client.create(configMaps, configMap('a'));
  await plane.world.advance(200);
  assert.deepEqual(attempts, [0, 5, 15, 35, 75, 155]);
});

test('looks again after a delay even if nothing changes', async () => {
  using plane = await TestPlane.start();
  const startedMs = plane.world.clock.now();
  const looks: number[] = [];
  const runner = await run(plane, {
    name: 'patient',
    primary: configMaps,
    reconcile(object, { now }) {
      if (object?.metadata.name !== 'a') return [];
      looks.push(now - startedMs);
      return looks.length > 3 ? [] : [{ do: 'again', delayMs: 1000 }];
    },
  });
  await plane.client.create(configMaps, configMap('a'));
  await plane.world.advance(10_000);
  assert.deepEqual(looks, [0, 1000, 2000, 3000]);
  assert.equal(runner.isIdle, true);
});

test('is told of an object that is gone by its key', async () => {
  using plane = await TestPlane.start();
  const gone: string[] = [];
  await run(plane, {
    name: 'mourner',
    primary: configMaps,
    reconcile(object, { key }) {
      if (object === undefined) gone.push(key);
      return [];
    },
  });
  await plane.client.create(configMaps, configMap('a'));
  await plane.client.delete(configMaps, { namespace, name: 'a' });
  await plane.world.flush();
  assert.deepEqual(gone, ['default/a']);
});

test('works on no more keys at a time than it may, and on no key twice at once', async () => {
  using plane = await TestPlane.start();
  let running = 0;
  let most = 0;
  const client = new Client({
    request: async request => {
      running++;
      most = Math.max(most, running);
      await plane.world.clock.sleep(100);
      running--;
      return plane.client.transport.request(request);
    },
    watch: (request, sink) => plane.client.transport.watch(request, sink),
  });
  const controller = { ...oneSecretEach, concurrency: 2 };
  const informers = new Informers(plane.world, plane.client);
  new ControllerRunner(plane.world, client, informers, controller as unknown as Controller).start();
  for (let i = 0; i < 6; i++) await plane.client.create(configMaps, configMap(`map-${i}`));
  await plane.world.advance(150);
  assert.equal(most, 2);
  await plane.world.advance(10_000);
  assert.equal(await countSecrets(plane), 6);
  assert.equal(most, 2);
});
