import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { StatusError, type UnknownObject } from '../../machinery/index.ts';
import { VirtualWorld } from '../../world/index.ts';
import { MemoryStore } from '../memory-store.ts';
import type {
  CachedResource,
  CacheEvent,
  CacheWatchSink,
  ListResult,
  ObjectCache,
  Selection,
} from '../object-cache.ts';
import { createObjectCodec } from '../object-codec.ts';
import { objectKey, resourcePrefix } from '../object-keys.ts';
import type { Store, ValueCodec } from '../store.ts';
import { draftObject, StoredObject } from '../stored-object.ts';
import { ChangeLog } from './change-log.ts';
import { WatchCache } from './watch-cache.ts';

const pods: CachedResource = {
  group: '',
  resource: 'pods',
  apiVersion: 'v1',
  kind: 'Pod',
  indexes: { 'spec.nodeName': object => (object['spec'] as { nodeName?: string }).nodeName },
};
const podPrefix = resourcePrefix(pods);

interface PodChoice {
  readonly namespace: string;
  readonly name: string;
  readonly node?: string | undefined;
  readonly app?: string | undefined;
}

function pod({ namespace, name, node, app }: PodChoice): UnknownObject {
  const labels: Record<string, string> = app === undefined ? {} : { app };
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace, labels }, spec: { nodeName: node } };
}

const hasApp =
  (app: string) =>
  (object: UnknownObject): boolean =>
    object.metadata.labels?.['app'] === app;

class Recorder implements CacheWatchSink {
  readonly batches: (readonly CacheEvent[])[] = [];
  error: Error | undefined;
  ended = false;

  events(batch: readonly CacheEvent[]): void {
    this.batches.push(batch);
  }

  end(error?: Error): void {
    this.ended = true;
    this.error = error;
  }

  get told(): string[] {
    return this.batches
      .flat()
      .map(({ type, object }) => `${type} ${object.metadata.name ?? ''}@${object.metadata.resourceVersion}`);
  }
}

async function setUp(codec: Pick<ValueCodec<StoredObject>, 'atRevision'> = createObjectCodec()) {
  const world = new VirtualWorld({ seed: 1, drainMicrotasks: () => new Promise(resolve => setImmediate(resolve)) });
  const store: Store<StoredObject> = new MemoryStore({ clock: world.clock, codec });
  const all = await WatchCache.start({ clock: world.clock, store });
  const cache = all.open(pods);
  const put = async (choice: PodChoice): Promise<StoredObject> => {
    const key = objectKey(podPrefix, choice.namespace, choice.name);
    const result = await store.commit({
      compare: [],
      operations: [{ put: key, value: draftObject(key, pod(choice)) }],
    });
    return result.entries[0]!.value;
  };
  const remove = (namespace: string, name: string) =>
    store.commit({ compare: [], operations: [{ delete: objectKey(podPrefix, namespace, name) }] });
  const watch = (selection: Selection & { fromRevision?: number } = {}): Recorder => {
    const seen = new Recorder();
    cache.watch({ fromRevision: all.revision, ...selection }, seen);
    return seen;
  };
  return { world, store, all, cache, put, remove, watch };
}

function namesIn(result: ListResult): string[] {
  return result.objects.map(stored => stored.object.metadata.name!);
}

async function listPages(cache: ObjectCache, limit: number, between: () => Promise<unknown>): Promise<string[]> {
  const names: string[] = [];
  let token: string | undefined;
  do {
    const page: ListResult = await cache.list({ limit, continue: token });
    names.push(...namesIn(page));
    token = page.continue;
    await between();
  } while (token !== undefined);
  return names;
}

describe('the watch cache', () => {
  it('shows a write as soon as it is acknowledged', async () => {
    const { cache, put, remove } = await setUp();
    const stored = await put({ namespace: 'a', name: 'x' });
    assert.equal(cache.get('a', 'x'), stored);
    assert.equal(stored.object.metadata.resourceVersion, '2');
    await remove('a', 'x');
    assert.equal(cache.get('a', 'x'), undefined);
    assert.equal(cache.size, 0);
  });

  it('loads what was in the store before it', async () => {
    const { world, store, put } = await setUp();
    await put({ namespace: 'a', name: 'x', node: 'n1' });
    const later = await WatchCache.start({ clock: world.clock, store });
    const cache = later.open(pods);
    assert.deepEqual(namesIn(await cache.list({ equals: { field: 'spec.nodeName', value: 'n1' } })), ['x']);
    assert.equal(later.revision, 2);
  });

  it('tells the very instance that it stores', async () => {
    const { cache, put, watch } = await setUp();
    const seen = watch();
    await put({ namespace: 'a', name: 'x' });
    assert.equal(seen.batches[0]![0]!.object, cache.get('a', 'x')!.object);
  });

  it('encodes an event once for all watchers', async () => {
    const { put, watch } = await setUp();
    const [first, second] = [watch(), watch({ namespace: 'a' })];
    await put({ namespace: 'a', name: 'x' });
    const frame = first.batches[0]![0]!.frame;
    assert.deepEqual(JSON.parse(frame), {
      type: 'ADDED',
      object: {
        ...pod({ namespace: 'a', name: 'x' }),
        metadata: { name: 'x', namespace: 'a', labels: {}, resourceVersion: '2' },
        spec: {},
      },
    });
    assert.ok(frame.endsWith('}\n'));
    assert.equal(second.batches[0]![0], first.batches[0]![0]);
  });

  it('lists in key order, by namespace and by selector', async () => {
    const { cache, put } = await setUp();
    await put({ namespace: 'b', name: 'x', app: 'web' });
    await put({ namespace: 'a', name: 'y', app: 'db' });
    await put({ namespace: 'a-1', name: 'z', app: 'web' });
    await put({ namespace: 'a', name: 'x', app: 'web' });
    const keys = (await cache.list({})).objects.map(stored => stored.key.slice(podPrefix.length));
    assert.deepEqual(keys, ['a-1/z', 'a/x', 'a/y', 'b/x']);
    assert.deepEqual(namesIn(await cache.list({ namespace: 'a' })), ['x', 'y']);
    assert.deepEqual(namesIn(await cache.list({ matches: hasApp('web') })), ['z', 'x', 'x']);
    assert.deepEqual(namesIn(await cache.list({ namespace: 'a', name: 'y' })), ['y']);
    assert.deepEqual(namesIn(await cache.list({ name: 'x' })), ['x', 'x']);
  });

  it('lists by an indexed field, as it changes', async () => {
    const { cache, put, remove } = await setUp();
    const onNode = async (value: string) => namesIn(await cache.list({ equals: { field: 'spec.nodeName', value } }));
    await put({ namespace: 'a', name: 'x' });
    assert.deepEqual(await onNode(''), ['x']);
    await put({ namespace: 'a', name: 'x', node: 'n1' });
    await put({ namespace: 'a', name: 'w', node: 'n1' });
    assert.deepEqual([await onNode(''), await onNode('n1')], [[], ['w', 'x']]);
    await put({ namespace: 'a', name: 'x', node: 'n2' });
    await remove('a', 'w');
    assert.deepEqual([await onNode('n1'), await onNode('n2')], [[], ['x']]);
  });
});

describe('a paged list', () => {
  it('shows one revision on all pages, whatever happens between', async () => {
    const { cache, put, remove } = await setUp();
    for (const name of ['a', 'b', 'c', 'd', 'e']) await put({ namespace: 'ns', name });
    let turn = 0;
    const names = await listPages(cache, 2, async () => {
      turn++;
      if (turn === 1) {
        await remove('ns', 'c');
        await put({ namespace: 'ns', name: 'cc' });
        await put({ namespace: 'ns', name: 'd', app: 'changed' });
      }
    });
    assert.deepEqual(names, ['a', 'b', 'c', 'd', 'e']);
  });

  it('says how many remain, unless a selector makes it unknown', async () => {
    const { cache, put, remove } = await setUp();
    for (const name of ['a', 'b', 'c', 'd', 'e']) await put({ namespace: 'ns', name, app: 'web' });
    const first = await cache.list({ limit: 2 });
    assert.deepEqual([first.remainingItemCount, first.revision], [3, 6]);
    await remove('ns', 'd');
    const second = await cache.list({ limit: 2, continue: first.continue });
    assert.deepEqual([second.remainingItemCount, second.revision], [1, 6]);
    const selected = await cache.list({ limit: 2, matches: hasApp('web') });
    assert.ok(selected.continue !== undefined && !('remainingItemCount' in selected));
  });

  it("writes upstream's continue tokens", async () => {
    const { cache, put } = await setUp();
    for (const name of ['a', 'b']) await put({ namespace: 'ns', name });
    const token = (await cache.list({ limit: 1 })).continue!;
    assert.equal(Buffer.from(token, 'base64url').toString(), '{"v":"meta.k8s.io/v1","rv":3,"start":"ns/a\\u0000"}');
    const inNamespace = (await cache.list({ namespace: 'ns', limit: 1 })).continue!;
    assert.match(Buffer.from(inNamespace, 'base64url').toString(), /"start":"a\\u0000"/);
  });

  it('expires when the snapshot is gone, and hands out a token to go on with inconsistently', async () => {
    const { cache, store, put } = await setUp();
    for (const name of ['a', 'b', 'c']) await put({ namespace: 'ns', name });
    const first = await cache.list({ limit: 1 });
    for (let i = 0; i < ChangeLog.minimumSize + 10; i++) await put({ namespace: 'ns', name: 'a' });
    await store.compact(store.revision);
    (cache as unknown as { log: ChangeLog }).log.trim(store.revision);
    const error = await cache.list({ limit: 1, continue: first.continue }).catch((thrown: unknown) => thrown);
    assert.ok(StatusError.is(error, 'Expired'));
    assert.match(error.message, /^The provided continue parameter is too old to display a consistent list result/);
    const token = error.toStatus().metadata['continue'] as string;
    assert.deepEqual(namesIn(await cache.list({ continue: token })), ['b', 'c']);
  });

  it('reads a past that only the store still knows', async () => {
    const { cache, store, put } = await setUp();
    await put({ namespace: 'ns', name: 'a' });
    for (let i = 0; i < ChangeLog.minimumSize + 10; i++) await put({ namespace: 'ns', name: 'b' });
    (cache as unknown as { log: ChangeLog }).log.trim(store.revision);
    const past = await cache.list({ resourceVersion: '2', resourceVersionMatch: 'Exact' });
    assert.deepEqual([namesIn(past), past.revision], [['a'], 2]);
  });

  for (const [token, message] of [
    ['%%%', /^invalid continue token: continue key is not valid: illegal base64/],
    ['e30', /server does not recognize this encoded version/],
    [encode({ v: 'meta.k8s.io/v1', rv: 0, start: 'a' }), /incorrect encoded start resourceVersion/],
    [encode({ v: 'meta.k8s.io/v1', rv: 5, start: '' }), /encoded start key empty/],
    [encode({ v: 'meta.k8s.io/v1', rv: 5, start: '../secrets/' }), /continue key is not valid: \.\.\/secrets/],
  ] as const) {
    it(`refuses the token ${token}`, async () => {
      const { cache } = await setUp();
      const error = await cache.list({ continue: token }).catch((thrown: unknown) => thrown);
      assert.ok(StatusError.is(error, 'BadRequest'));
      assert.match(error.message, message);
    });
  }
});

function encode(token: object): string {
  return Buffer.from(JSON.stringify(token)).toString('base64url');
}

describe('a list at a revision', () => {
  it('shows exactly that revision', async () => {
    const { cache, put } = await setUp();
    await put({ namespace: 'a', name: 'x' });
    await put({ namespace: 'a', name: 'y' });
    const exact = await cache.list({ resourceVersion: '2', resourceVersionMatch: 'Exact' });
    assert.deepEqual([namesIn(exact), exact.revision], [['x'], 2]);
    const legacy = await cache.list({ resourceVersion: '2', limit: 10 });
    assert.deepEqual(namesIn(legacy), ['x']);
    const notOlder = await cache.list({ resourceVersion: '2', resourceVersionMatch: 'NotOlderThan' });
    assert.deepEqual([namesIn(notOlder), notOlder.revision], [['x', 'y'], 3]);
  });

  it('waits three seconds for a revision that has not come', async () => {
    const { cache, put, world } = await setUp();
    const patient = cache.list({ resourceVersion: '2' });
    await put({ namespace: 'a', name: 'x' });
    assert.deepEqual(namesIn(await patient), ['x']);
    const impatient = cache.list({ resourceVersion: '7' }).catch((thrown: unknown) => thrown);
    await world.advance(3000);
    const error = await impatient;
    assert.ok(StatusError.is(error, 'Timeout'));
    assert.equal(error.message, 'Timeout: Too large resource version: 7, current: 2');
    assert.equal(error.code, 504);
  });

  it('refuses a future revision and what is no revision', async () => {
    const { cache } = await setUp();
    const future = await cache.list({ resourceVersion: '9', resourceVersionMatch: 'Exact' }).catch((e: unknown) => e);
    assert.ok(StatusError.is(future, 'Timeout'));
    const text = await cache.list({ resourceVersion: 'abc' }).catch((e: unknown) => e);
    assert.ok(StatusError.is(text, 'BadRequest'));
    assert.equal(
      text.message,
      'invalid resource version: resourceVersion: Invalid value: "abc": strconv.ParseUint: parsing "abc": invalid syntax',
    );
  });
});

describe('a watch', () => {
  it('turns entering and leaving a selection into ADDED and DELETED', async () => {
    const { put, remove, watch } = await setUp();
    const seen = watch({ matches: hasApp('web') });
    await put({ namespace: 'a', name: 'x', app: 'db' });
    await put({ namespace: 'a', name: 'x', app: 'web' });
    await put({ namespace: 'a', name: 'x', app: 'web', node: 'n1' });
    await put({ namespace: 'a', name: 'x', app: 'db' });
    await remove('a', 'x');
    assert.deepEqual(seen.told, ['ADDED x@3', 'MODIFIED x@4', 'DELETED x@5']);
    const left = seen.batches[2]![0]!.object;
    assert.deepEqual([left.metadata.labels, left['spec']], [{ app: 'web' }, { nodeName: 'n1' }]);
  });

  it('follows an indexed field from value to value', async () => {
    const { put, watch } = await setUp();
    const [unassigned, first, second] = ['', 'n1', 'n2'].map(value =>
      watch({ equals: { field: 'spec.nodeName', value } }),
    );
    await put({ namespace: 'a', name: 'x' });
    await put({ namespace: 'a', name: 'x', node: 'n1' });
    await put({ namespace: 'a', name: 'x', node: 'n2' });
    assert.deepEqual(unassigned!.told, ['ADDED x@2', 'DELETED x@3']);
    assert.deepEqual(first!.told, ['ADDED x@3', 'DELETED x@4']);
    assert.deepEqual(second!.told, ['ADDED x@4']);
  });

  it('hears of a name in its namespace only', async () => {
    const { put, watch } = await setUp();
    const seen = watch({ namespace: 'a', name: 'x' });
    await put({ namespace: 'b', name: 'x' });
    await put({ namespace: 'a', name: 'y' });
    await put({ namespace: 'a', name: 'x' });
    assert.deepEqual(seen.told, ['ADDED x@4']);
  });

  it('gives the deleted object at the revision of its deletion', async () => {
    const { put, remove, watch } = await setUp();
    await put({ namespace: 'a', name: 'x', app: 'web' });
    const seen = watch();
    await remove('a', 'x');
    assert.deepEqual(seen.told, ['DELETED x@3']);
    assert.deepEqual(seen.batches[0]![0]!.object.metadata.labels, { app: 'web' });
  });

  it('tells the current objects first when no revision is given', async () => {
    const { cache, put } = await setUp();
    await put({ namespace: 'a', name: 'x' });
    const seen = new Recorder();
    cache.watch({}, seen);
    await put({ namespace: 'a', name: 'y' });
    assert.deepEqual(seen.told, ['ADDED x@2', 'ADDED y@3']);
  });

  it('ends the initial events with a bookmark', async () => {
    const { cache, put } = await setUp();
    await put({ namespace: 'a', name: 'x' });
    const seen = new Recorder();
    cache.watch({ sendInitialEvents: true, bookmarks: true }, seen);
    assert.deepEqual(seen.told, ['ADDED x@2', 'BOOKMARK @2']);
    assert.deepEqual(seen.batches[1]![0]!.object, {
      kind: 'Pod',
      apiVersion: 'v1',
      metadata: { resourceVersion: '2', annotations: { 'k8s.io/initial-events-end': 'true' } },
    });
  });

  it('waits with the initial events until the revision has come', async () => {
    const { cache, put } = await setUp();
    const seen = new Recorder();
    cache.watch({ sendInitialEvents: true, bookmarks: true, fromRevision: 2 }, seen);
    assert.deepEqual(seen.told, []);
    await put({ namespace: 'a', name: 'x' });
    await new Promise(resolve => setImmediate(resolve));
    await put({ namespace: 'a', name: 'y' });
    assert.deepEqual(seen.told, ['ADDED x@2', 'BOOKMARK @2', 'ADDED y@3']);
  });

  it('goes on from a past revision, under its selection', async () => {
    const { put, watch } = await setUp();
    await put({ namespace: 'a', name: 'x', app: 'web', node: 'n1' });
    await put({ namespace: 'a', name: 'x', app: 'db', node: 'n1' });
    await put({ namespace: 'a', name: 'x', app: 'db', node: 'n2' });
    assert.deepEqual(watch({ fromRevision: 1 }).told, ['ADDED x@2', 'MODIFIED x@3', 'MODIFIED x@4']);
    assert.deepEqual(watch({ fromRevision: 2, matches: hasApp('web') }).told, ['DELETED x@3']);
    assert.deepEqual(watch({ fromRevision: 1, equals: { field: 'spec.nodeName', value: 'n1' } }).told, [
      'ADDED x@2',
      'MODIFIED x@3',
      'DELETED x@4',
    ]);
  });

  it('is told that a revision is too old', async () => {
    const { store, cache, put, watch } = await setUp();
    for (let i = 0; i < ChangeLog.minimumSize + 10; i++) await put({ namespace: 'a', name: 'x' });
    (cache as unknown as { log: ChangeLog }).log.trim(store.revision);
    const { error } = watch({ fromRevision: 5 });
    assert.ok(StatusError.is(error, 'Expired'));
    assert.equal(error.message, 'too old resource version: 5 (11)');
    assert.equal(watch({ fromRevision: 11 }).told.length, ChangeLog.minimumSize);
  });

  it('keeps past changes for 75 seconds at least', async () => {
    const { world, put, watch } = await setUp();
    for (let i = 0; i < 200; i++) await put({ namespace: 'a', name: 'x' });
    await world.advance(70_000);
    assert.equal(watch({ fromRevision: 1 }).error, undefined);
    await world.advance(60_000);
    assert.ok(StatusError.is(watch({ fromRevision: 1 }).error, 'Expired'));
  });

  it('gets a bookmark a minute when it wants', async () => {
    const { world, all, cache, put } = await setUp();
    const [wants, does] = [new Recorder(), new Recorder()];
    const watch = cache.watch({ fromRevision: all.revision, bookmarks: true }, wants);
    cache.watch({ fromRevision: all.revision }, does);
    await world.advance(60_000);
    await put({ namespace: 'a', name: 'x' });
    await world.advance(60_000);
    assert.deepEqual(wants.told, ['BOOKMARK @1', 'ADDED x@2', 'BOOKMARK @2']);
    assert.deepEqual(does.told, ['ADDED x@2']);
    watch.cancel();
    await world.advance(120_000);
    assert.equal(wants.told.length, 3);
  });

  it('hears nothing once cancelled, not even of the commit being told', async () => {
    const { cache, all, put } = await setUp();
    const second = new Recorder();
    cache.watch({ fromRevision: all.revision }, { events: () => handle.cancel(), end: () => {} });
    const handle = cache.watch({ fromRevision: all.revision }, second);
    await put({ namespace: 'a', name: 'x' });
    await put({ namespace: 'a', name: 'y' });
    assert.deepEqual(second.told, []);
    assert.equal(second.ended, false);
  });

  it('ends with the server', async () => {
    const { all, watch } = await setUp();
    const seen = watch();
    all.stop();
    assert.deepEqual([seen.ended, seen.error], [true, undefined]);
  });

  it('gets all of a transaction in one batch, and reads none of it earlier', async () => {
    const { store, cache, watch } = await setUp();
    const sizes: number[] = [];
    const seen = watch();
    cache.watch({ fromRevision: 1 }, { events: () => sizes.push(cache.size), end: () => {} });
    const operations = ['x', 'y', 'z'].map(name => {
      const key = objectKey(podPrefix, 'a', name);
      return { put: key, value: draftObject(key, pod({ namespace: 'a', name })) };
    });
    await store.commit({ compare: [], operations });
    assert.deepEqual([seen.batches.length, seen.told.length, sizes], [1, 3, [3]]);
  });
});

describe('a list of objects that are only text', () => {
  it('lets others have their turn, and still shows one revision', async () => {
    const codec = createObjectCodec();
    const asText = (stored: StoredObject): StoredObject =>
      new StoredObject(stored.key, stored.revision, undefined, stored.json, undefined);
    const { world, cache, put, remove } = await setUp({
      atRevision: (draft, revision) => asText(codec.atRevision(draft, revision)),
    });
    for (let i = 0; i < 5000; i++) await put({ namespace: 'a', name: `p${i}`, app: i % 2 === 0 ? 'web' : 'db' });
    const list = cache.list({ matches: hasApp('web') });
    await Promise.resolve();
    await remove('a', 'p9998');
    await put({ namespace: 'a', name: 'p9999', app: 'web' });
    for (let i = 4000; i < 5000; i++) await put({ namespace: 'a', name: `p${i}`, app: 'db' });
    await world.flush();
    const { objects, revision } = await list;
    assert.deepEqual([objects.length, revision], [2500, 5001]);
  });
});

const podChoice = fc.record({
  namespace: fc.constantFrom('a', 'b'),
  name: fc.constantFrom('x', 'y', 'z'),
  node: fc.option(fc.constantFrom('n1', 'n2'), { nil: undefined }),
  app: fc.option(fc.constantFrom('web', 'db'), { nil: undefined }),
});
/** Absent half of the time. */
const maybe = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(arbitrary, { nil: undefined, freq: 2 });
const selectionChoice = fc.record({
  namespace: maybe(fc.constantFrom('a', 'b')),
  name: maybe(fc.constantFrom('x', 'y')),
  equals: maybe(fc.constantFrom({ field: 'spec.nodeName', value: 'n1' }, { field: 'spec.nodeName', value: '' })),
  matches: maybe(fc.constant(hasApp('web'))),
});

describe('the watch cache, whatever happens', () => {
  it('makes a list plus its watch equal a later list, for every selection', async () => {
    const step = fc.record({ pod: podChoice, isRemoval: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { maxLength: 20 }),
        fc.array(step, { maxLength: 20 }),
        selectionChoice,
        async (before, after, selection) => {
          const { cache, put, remove } = await setUp();
          const perform = async (steps: typeof before): Promise<void> => {
            for (const { pod: choice, isRemoval } of steps) {
              await (isRemoval ? remove(choice.namespace, choice.name) : put(choice));
            }
          };
          await perform(before);
          const listed = await cache.list(selection);
          const live = new Recorder();
          cache.watch({ ...selection, fromRevision: listed.revision }, live);
          await perform(after);
          const late = new Recorder();
          cache.watch({ ...selection, fromRevision: listed.revision }, late);
          assert.deepEqual(late.told, live.told);
          const now = await cache.list(selection);
          assert.deepEqual(replay(listed, live), now.objects.map(describeStored).sort());
          assert.deepEqual(cache.select(selection), now.objects);
          const again = await cache.list({
            ...selection,
            resourceVersion: String(listed.revision),
            resourceVersionMatch: 'Exact',
          });
          assert.deepEqual(again.objects.map(describeStored), listed.objects.map(describeStored));
        },
      ),
      { numRuns: 300 },
    );
  });
});

function describeStored({ key, object }: { readonly key: string; readonly object: UnknownObject }): string {
  return `${key}@${object.metadata.resourceVersion}`;
}

/** What an informer would hold: strict about events that make no sense. */
function replay(listed: ListResult, seen: Recorder): string[] {
  const held = new Map(listed.objects.map(stored => [stored.key, describeStored(stored)]));
  for (const { type, stored } of seen.batches.flat()) {
    assert.equal(held.has(stored.key), type !== 'ADDED', `${type} ${stored.key}`);
    if (type === 'DELETED') held.delete(stored.key);
    else held.set(stored.key, describeStored(stored));
  }
  return [...held.values()].sort();
}
