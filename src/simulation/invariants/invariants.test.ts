import assert from 'node:assert/strict';
import { test } from 'node:test';
import { configMaps, deployments, nodes, pods } from '../../api/generated/index.ts';
import { Client, type Transport, type WatchEvent } from '../../client/index.ts';
import { ControlPlane } from '../../cluster/index.ts';
import { createMicrotaskDrain } from '../../drivers/world/index.ts';
import type { KubeObject, ResourceType, UnknownObject } from '../../machinery/index.ts';
import {
  createObjectCodec,
  draftObject,
  MemoryStore,
  objectKey,
  prefixEnd,
  registryPrefix,
  resourcePrefix,
  StoredObject,
} from '../../storage/index.ts';
import { VirtualWorld } from '../../world/index.ts';
import { growingRevisions, type Invariant, nodeCapacity, ownedByLiving, watchEqualsList } from './index.ts';

function createWorld(): VirtualWorld {
  return new VirtualWorld({ seed: 1, drainMicrotasks: createMicrotaskDrain() });
}

/** A store written to directly, so that what no API server would do can be done, and an invariant that looks on. */
class WatchedStore {
  readonly world = createWorld();
  readonly problems: string[] = [];
  readonly #store: MemoryStore<StoredObject>;

  constructor(invariant: (world: VirtualWorld) => Invariant, codec = createObjectCodec()) {
    this.#store = new MemoryStore({ clock: this.world.clock, codec });
    const { onChange } = invariant(this.world);
    const range = { start: registryPrefix, end: prefixEnd(registryPrefix) };
    this.#store.watch(range, {
      events: batch => {
        for (const event of batch) {
          const problem = onChange?.(event);
          if (problem !== undefined) this.problems.push(problem);
        }
      },
      end: () => {},
    });
  }

  async put(type: ResourceType, object: KubeObject): Promise<void> {
    const key = keyIn(type, object);
    const operations = [{ put: key, value: draftObject(key, object as UnknownObject) }];
    await this.#store.commit({ compare: [], operations });
  }

  async delete(type: ResourceType, object: KubeObject): Promise<void> {
    await this.#store.commit({ compare: [], operations: [{ delete: keyIn(type, object) }] });
  }
}

function keyIn(type: ResourceType, { metadata }: KubeObject): string {
  return objectKey(resourcePrefix(type), metadata.namespace ?? '', metadata.name ?? '');
}

function nodeOf(cpu: string) {
  return { metadata: { name: 'n' }, spec: {}, status: { allocatable: { cpu, memory: '8Gi', pods: '3' } } };
}

function podOf(name: string, cpu: string, more: { nodeName?: string; phase?: string } = {}) {
  const { nodeName = 'n', phase = 'Running' } = more;
  return {
    metadata: { name, namespace: 'default', uid: name },
    spec: { nodeName, containers: [{ name: 'main', image: 'app', resources: { requests: { cpu } } }] },
    status: { phase },
  };
}

test('notices an object that does not carry the revision at which it was written', async () => {
  const codec = createObjectCodec();
  const late = {
    ...codec,
    atRevision: (draft: StoredObject, revision: number): StoredObject => {
      const { key, object } = codec.atRevision(draft, revision - 1);
      return new StoredObject(key, revision, object, undefined, undefined);
    },
  };
  const store = new WatchedStore(growingRevisions, late);
  await store.put(configMaps, { metadata: { name: 'a', namespace: 'default' } });
  assert.deepEqual(store.problems, ['/registry/core/configmaps/default/a of 2 says 1']);
});

test('finds nothing wrong with the revisions of a store that works', async () => {
  const store = new WatchedStore(growingRevisions);
  const object = { metadata: { name: 'a', namespace: 'default' } };
  await store.put(configMaps, object);
  await store.put(configMaps, object);
  await store.delete(configMaps, object);
  assert.deepEqual(store.problems, []);
});

test('notices a revision that is older than the one before', () => {
  const invariant = growingRevisions();
  assert.equal(invariant.onChange?.({ key: '/registry/core/pods/a/b', revision: 7 }), undefined);
  assert.equal(
    invariant.onChange?.({ key: '/registry/core/pods/a/c', revision: 6 }),
    '/registry/core/pods/a/c was written at 6, after 7',
  );
});

test('notices pods on a node that cannot hold them, by CPU and by number', async () => {
  const store = new WatchedStore(nodeCapacity);
  await store.put(nodes, nodeOf('4'));
  await store.put(pods, podOf('a', '3'));
  assert.deepEqual(store.problems, []);
  await store.put(pods, podOf('b', '2'));
  assert.match(store.problems.join(), /^n holds .*"cpu":5.* of .*"cpu":4/);
  store.problems.length = 0;
  await store.delete(pods, podOf('b', '2'));
  for (const name of ['c', 'd']) await store.put(pods, podOf(name, '0'));
  assert.deepEqual(store.problems, []);
  await store.put(pods, podOf('e', '0'));
  assert.equal(store.problems.length, 1);
});

test('does not count pods that have ended, or stand elsewhere, and follows what a node has to offer', async () => {
  const store = new WatchedStore(nodeCapacity);
  await store.put(nodes, nodeOf('4'));
  await store.put(pods, podOf('a', '3'));
  await store.put(pods, podOf('elsewhere', '3', { nodeName: 'other' }));
  await store.put(pods, podOf('a', '3', { phase: 'Succeeded' }));
  await store.put(pods, podOf('b', '3'));
  await store.put(nodes, nodeOf('6'));
  await store.put(pods, podOf('c', '3'));
  assert.deepEqual(store.problems, []);
});

test('notices what outlives its owners by more than two minutes, unless it is on its way out', async () => {
  let invariant: Invariant | undefined;
  const store = new WatchedStore(world => {
    invariant = ownedByLiving(world.clock.now);
    return invariant;
  });
  const owner = { metadata: { name: 'owner', namespace: 'default', uid: 'owner' } };
  const ownerReferences = [{ apiVersion: 'apps/v1', kind: 'Deployment', name: 'owner', uid: 'owner' }];
  const left = podOf('left', '1');
  const leaving = podOf('leaving', '1');
  await store.put(deployments, owner);
  await store.put(pods, { ...left, metadata: { ...left.metadata, ownerReferences } });
  const deletionTimestamp = '2026-01-01T00:00:00Z';
  await store.put(pods, { ...leaving, metadata: { ...leaving.metadata, ownerReferences, deletionTimestamp } });
  await store.delete(deployments, owner);
  await store.world.advance(120_000);
  assert.deepEqual(await invariant?.onCheckpoint?.(), []);
  await store.world.advance(1);
  assert.deepEqual(await invariant?.onCheckpoint?.(), ['/registry/core/pods/default/left has outlived its owners']);
});

/** Loses the first event that `isLost` says. */
function lossy(to: Transport, isLost: (event: WatchEvent) => boolean): Transport {
  let hasLost = false;
  const passes = (event: WatchEvent): boolean => {
    if (hasLost || !isLost(event)) return true;
    hasLost = true;
    return false;
  };
  return {
    request: request => to.request(request),
    watch: (request, sink) =>
      to.watch(request, { events: batch => sink.events(batch.filter(passes)), end: error => sink.end(error) }),
  };
}

/** What the invariant finds after a ConfigMap was made, changed and another deleted, with one kind of event lost. */
async function findWithLoss(isLost: (event: WatchEvent) => boolean): Promise<readonly string[]> {
  const world = createWorld();
  const store = new MemoryStore<StoredObject>({ clock: world.clock, codec: createObjectCodec() });
  const without = ['controllers', 'scheduler'] as const;
  const plane = await ControlPlane.start({ world, store, certificateAuthority: 'test', without });
  const client = plane.client();
  for (const { metadata } of (await client.list(configMaps)).items) {
    await client.delete(configMaps, { namespace: metadata.namespace!, name: metadata.name! });
  }
  const invariant = watchEqualsList(new Client(lossy(client.transport, isLost)), [configMaps]);
  const mapOf = (name: string) => ({ metadata: { name, namespace: 'default' } });
  const kept = await client.create(configMaps, mapOf('kept'));
  await client.create(configMaps, mapOf('deleted'));
  await client.update(configMaps, { ...kept, data: { changed: 'yes' } });
  await client.delete(configMaps, { namespace: 'default', name: 'deleted' });
  const problems = await invariant.onCheckpoint!();
  plane.stop();
  return problems;
}

test('finds that a watch tells all that a list shows', async () => {
  assert.deepEqual(await findWithLoss(() => false), []);
});

for (const [type, finding] of [
  ['ADDED', /kept was MODIFIED without having been ADDED/],
  ['MODIFIED', /configmaps default\/kept: list \d+, watch \d+/],
  ['DELETED', /the list has 1 objects, the watch 2/],
] as const) {
  test(`notices a watch that has lost an event of type ${type}`, async () => {
    assert.match((await findWithLoss(event => event.type === type)).join('; '), finding);
  });
}
