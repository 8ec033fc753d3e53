/**
 * What every store must do, whatever it is made of. A driver's test calls `describeStore` with a way to make one.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { VirtualWorld } from '../world/index.ts';
import {
  CompactedError,
  FutureRevisionError,
  LeaseNotFoundError,
  prefixEnd,
  type Store,
  StoreClosedError,
  type StoreEvent,
  type StoreWatchSink,
  type Transaction,
  type ValueCodec,
} from './store.ts';

/** The contract's values: text that remembers at which revision it was written. */
export interface Note {
  readonly text: string;
  readonly revision: number;
}

export const noteCodec: ValueCodec<Note> = {
  encode: note => JSON.stringify(note),
  decode: text => JSON.parse(text) as Note,
  atRevision: (note, revision) => ({ text: note.text, revision }),
};

export function note(text: string): Note {
  return { text, revision: 0 };
}

export interface StoreUnderTest {
  readonly store: Store<Note>;
  readonly world: VirtualWorld;
}

export type MakeStore = (world: VirtualWorld) => Promise<Store<Note>>;

async function makeUnderTest(make: MakeStore): Promise<StoreUnderTest & AsyncDisposable> {
  const world = new VirtualWorld({ seed: 1, drainMicrotasks: () => new Promise(resolve => setImmediate(resolve)) });
  const store = await make(world);
  return { store, world, [Symbol.asyncDispose]: () => store.close() };
}

export class Recorder implements StoreWatchSink<Note> {
  readonly batches: (readonly StoreEvent<Note>[])[] = [];
  ended = false;
  error: Error | undefined;

  events(batch: readonly StoreEvent<Note>[]): void {
    this.batches.push(batch);
  }

  end(error?: Error): void {
    this.ended = true;
    this.error = error;
  }

  get all(): StoreEvent<Note>[] {
    return this.batches.flat();
  }
}

/** Puts without conditions. */
function puts(...pairs: readonly (readonly [string, string])[]): Transaction<Note> {
  return { compare: [], operations: pairs.map(([key, text]) => ({ put: key, value: note(text) })) };
}

function deletes(...keys: readonly string[]): Transaction<Note> {
  return { compare: [], operations: keys.map(key => ({ delete: key })) };
}

async function textsIn(store: Store<Note>, start: string, end?: string, revision?: number): Promise<string[]> {
  const { entries } = await store.range({ start, end, revision });
  return entries.map(entry => `${entry.key}=${entry.value.text}`);
}

export function describeStore(name: string, make: MakeStore): void {
  describe(`${name} as a store`, () => {
    describeWrites(make);
    describeRanges(make);
    describeWatches(make);
    describeCompaction(make);
    describeLeases(make);
    describeAgainstModel(make);
  });
}

function describeWrites(make: MakeStore): void {
  it('begins at revision 1 and gives each transaction the next', async () => {
    await using t = await makeUnderTest(make);
    assert.equal(t.store.revision, 1);
    const first = await t.store.commit(puts(['a', '1']));
    const second = await t.store.commit(puts(['b', '1'], ['c', '1']));
    assert.deepEqual([first.revision, second.revision, t.store.revision], [2, 3, 3]);
  });

  it('counts versions and remembers the creation', async () => {
    await using t = await makeUnderTest(make);
    await t.store.commit(puts(['a', '1']));
    const { entries } = await t.store.commit(puts(['a', '2']));
    const { createRevision, modRevision, version, value } = entries[0]!;
    assert.deepEqual([createRevision, modRevision, version, value.text], [2, 3, 2, '2']);
  });

  it('begins anew when a deleted key is created again', async () => {
    await using t = await makeUnderTest(make);
    await t.store.commit(puts(['a', '1']));
    await t.store.commit(deletes('a'));
    const { entries } = await t.store.commit(puts(['a', '2']));
    assert.deepEqual([entries[0]!.createRevision, entries[0]!.version], [4, 1]);
  });

  it('tells a value the revision at which it was written', async () => {
    await using t = await makeUnderTest(make);
    const { entries, revision } = await t.store.commit(puts(['a', '1']));
    assert.equal(entries[0]!.value.revision, revision);
    assert.equal((await t.store.range({ start: 'a' })).entries[0]!.value.revision, revision);
  });

  it('changes nothing when a comparison fails, and shows what stands there', async () => {
    await using t = await makeUnderTest(make);
    await t.store.commit(puts(['a', '1']));
    const result = await t.store.commit({
      compare: [
        { key: 'a', modRevision: 1 },
        { key: 'b', modRevision: 0 },
      ],
      operations: [{ put: 'a', value: note('2') }, { delete: 'b' }],
    });
    assert.equal(result.succeeded, false);
    assert.equal(result.entries[0]!.value.text, '1');
    assert.equal(result.entries[1], undefined);
    assert.equal(t.store.revision, 2);
  });

  it('lets exactly one of many concurrent creators win', async () => {
    await using t = await makeUnderTest(make);
    const create = (text: string) =>
      t.store.commit({ compare: [{ key: 'a', modRevision: 0 }], operations: [{ put: 'a', value: note(text) }] });
    const results = await Promise.all(Array.from({ length: 20 }, (_, i) => create(String(i))));
    assert.deepEqual(
      results.map(result => result.succeeded),
      results.map((_, i) => i === 0),
    );
    assert.deepEqual(await textsIn(t.store, 'a'), ['a=0']);
  });

  it('makes no revision when nothing changes', async () => {
    await using t = await makeUnderTest(make);
    const result = await t.store.commit(deletes('a'));
    assert.deepEqual([result.succeeded, result.revision, t.store.revision], [true, 1, 1]);
  });

  it('refuses to change a key twice in one transaction', async () => {
    await using t = await makeUnderTest(make);
    await assert.rejects(t.store.commit(puts(['a', '1'], ['a', '2'])), /duplicate key/);
    assert.equal(t.store.revision, 1);
  });

  it('refuses everything once it is closed', async () => {
    await using t = await makeUnderTest(make);
    const written = t.store.commit(puts(['a', '1']));
    await t.store.close();
    assert.equal((await written).succeeded, true);
    await assert.rejects(t.store.commit(puts(['a', '1'])), StoreClosedError);
    await assert.rejects(t.store.range({ start: 'a' }), StoreClosedError);
  });
}

function describeRanges(make: MakeStore): void {
  it('reads a range in the order of code units, without its end', async () => {
    await using t = await makeUnderTest(make);
    await t.store.commit(puts(['k/b', '1'], ['k/a', '1'], ['k-a', '1'], ['l', '1'], ['k/é', '1'], ['k/Z', '1']));
    assert.deepEqual(await textsIn(t.store, 'k/', prefixEnd('k/')), ['k/Z=1', 'k/a=1', 'k/b=1', 'k/é=1']);
    assert.deepEqual(await textsIn(t.store, 'k/a', 'k/b'), ['k/a=1']);
  });

  it('limits what it reads but counts the whole range', async () => {
    await using t = await makeUnderTest(make);
    await t.store.commit(puts(['a', '1'], ['b', '1'], ['c', '1']));
    const limited = await t.store.range({ start: 'a', end: 'z', limit: 2 });
    assert.deepEqual([limited.entries.length, limited.count], [2, 3]);
    const counted = await t.store.range({ start: 'a', end: 'z', countOnly: true });
    assert.deepEqual([counted.entries.length, counted.count], [0, 3]);
  });

  it('reads past revisions, also of one key and with a limit', async () => {
    await using t = await makeUnderTest(make);
    await t.store.commit(puts(['a', '1'], ['b', '1'], ['d', '1']));
    await t.store.commit(puts(['b', '2'], ['c', '2']));
    await t.store.commit(deletes('a', 'd'));
    assert.deepEqual(await textsIn(t.store, 'a', 'z', 2), ['a=1', 'b=1', 'd=1']);
    assert.deepEqual(await textsIn(t.store, 'a', 'z', 3), ['a=1', 'b=2', 'c=2', 'd=1']);
    assert.deepEqual(await textsIn(t.store, 'a', undefined, 3), ['a=1']);
    assert.deepEqual(await textsIn(t.store, 'a', 'z', 1), []);
    const limited = await t.store.range({ start: 'a', end: 'z', revision: 3, limit: 2 });
    assert.deepEqual([limited.entries.length, limited.count, limited.revision], [2, 4, 4]);
  });

  it('refuses a revision that does not exist yet', async () => {
    await using t = await makeUnderTest(make);
    await assert.rejects(t.store.range({ start: 'a', revision: 2 }), FutureRevisionError);
  });
}

function describeWatches(make: MakeStore): void {
  it('tells changes of the range before the commit resolves', async () => {
    await using t = await makeUnderTest(make);
    const seen = new Recorder();
    t.store.watch({ start: 'a', end: 'b' }, seen);
    await t.store.commit(puts(['a1', '1'], ['b1', '1']));
    assert.deepEqual(
      seen.all.map(event => [event.key, event.entry?.value.text, event.previous]),
      [['a1', '1', undefined]],
    );
  });

  it('tells what stood there before, and deletions', async () => {
    await using t = await makeUnderTest(make);
    const seen = new Recorder();
    t.store.watch({ start: 'a' }, seen);
    await t.store.commit(puts(['a', '1']));
    await t.store.commit(puts(['a', '2']));
    await t.store.commit(deletes('a'));
    assert.deepEqual(
      seen.all.map(event => [event.revision, event.entry?.value.text, event.previous?.value.text]),
      [
        [2, '1', undefined],
        [3, '2', '1'],
        [4, undefined, '2'],
      ],
    );
  });

  it('tells the changes of one revision in one batch', async () => {
    await using t = await makeUnderTest(make);
    const seen = new Recorder();
    t.store.watch({ start: 'a', end: 'z' }, seen);
    await t.store.commit(puts(['a', '1'], ['b', '1'], ['c', '1']));
    assert.deepEqual(
      seen.batches.map(batch => batch.length),
      [3],
    );
  });

  it('tells the past from a revision on, and nothing twice', async () => {
    await using t = await makeUnderTest(make);
    for (const text of ['1', '2', '3']) await t.store.commit(puts(['a', text]));
    const seen = new Recorder();
    t.store.watch({ start: 'a', fromRevision: 3 }, seen);
    await t.store.commit(puts(['a', '4']));
    assert.deepEqual(
      seen.all.map(event => event.entry!.value.text),
      ['2', '3', '4'],
    );
  });

  it('waits for a revision that is still to come', async () => {
    await using t = await makeUnderTest(make);
    const seen = new Recorder();
    t.store.watch({ start: 'a', fromRevision: 3 }, seen);
    await t.store.commit(puts(['a', '1']));
    await t.store.commit(puts(['a', '2']));
    assert.deepEqual(
      seen.all.map(event => event.revision),
      [3],
    );
  });

  it('keeps the order for everybody when a sink writes while it is being told', async () => {
    await using t = await makeUnderTest(make);
    const written: Promise<unknown>[] = [];
    const writer = new Recorder();
    const onEvents = writer.events.bind(writer);
    writer.events = batch => {
      onEvents(batch);
      if (batch[0]!.key === 'a') written.push(t.store.commit(puts(['b', 'answer'])));
    };
    const other = new Recorder();
    t.store.watch({ start: 'a', end: 'z' }, writer);
    t.store.watch({ start: 'a', end: 'z' }, other);
    await t.store.commit(puts(['a', '1']));
    await Promise.all(written);
    for (const seen of [writer, other]) {
      assert.deepEqual(
        seen.all.map(event => event.key),
        ['a', 'b'],
      );
    }
  });

  it('tells nothing after it was cancelled', async () => {
    await using t = await makeUnderTest(make);
    const seen = new Recorder();
    t.store.watch({ start: 'a' }, seen).cancel();
    await t.store.commit(puts(['a', '1']));
    assert.deepEqual(seen.all, []);
    assert.equal(seen.ended, false);
  });

  it('ends when the store closes', async () => {
    await using t = await makeUnderTest(make);
    const seen = new Recorder();
    t.store.watch({ start: 'a' }, seen);
    await t.store.close();
    assert.deepEqual([seen.ended, seen.error], [true, undefined]);
  });
}

function describeCompaction(make: MakeStore): void {
  it('forgets what only earlier revisions see, and keeps the rest', async () => {
    await using t = await makeUnderTest(make);
    for (const text of ['1', '2', '3']) await t.store.commit(puts(['a', text]));
    await t.store.compact(3);
    assert.equal(t.store.compactedRevision, 3);
    await assert.rejects(t.store.range({ start: 'a', revision: 2 }), CompactedError);
    assert.deepEqual(await textsIn(t.store, 'a', undefined, 3), ['a=2']);
    assert.deepEqual(await textsIn(t.store, 'a'), ['a=3']);
  });

  it('ends a watch from a forgotten revision with an error, and starts one from the compacted revision', async () => {
    await using t = await makeUnderTest(make);
    for (const text of ['1', '2', '3']) await t.store.commit(puts(['a', text]));
    await t.store.compact(3);
    const late = new Recorder();
    t.store.watch({ start: 'a', fromRevision: 2 }, late);
    assert.ok(late.error instanceof CompactedError);
    const exact = new Recorder();
    t.store.watch({ start: 'a', fromRevision: 3 }, exact);
    assert.deepEqual(
      exact.all.map(event => event.entry!.value.text),
      ['2', '3'],
    );
  });

  it('refuses to compact twice or into the future', async () => {
    await using t = await makeUnderTest(make);
    await t.store.commit(puts(['a', '1']));
    await t.store.compact(2);
    await assert.rejects(t.store.compact(2), CompactedError);
    await assert.rejects(t.store.compact(3), FutureRevisionError);
  });
}

function describeLeases(make: MakeStore): void {
  it('deletes the keys of a lease at one revision when it expires', async () => {
    await using t = await makeUnderTest(make);
    const lease = await t.store.grantLease(60_000);
    const operations = ['a', 'b'].map(key => ({ put: key, value: note('1'), lease }));
    await t.store.commit({ compare: [], operations: [...operations, { put: 'c', value: note('1') }] });
    const seen = new Recorder();
    t.store.watch({ start: 'a', end: 'z' }, seen);
    await t.world.advance(59_999);
    assert.equal(seen.all.length, 0);
    await t.world.advance(1);
    await waitFor(() => seen.all.length === 2);
    assert.deepEqual(
      seen.all.map(event => [event.key, event.revision, event.entry]),
      [
        ['a', 3, undefined],
        ['b', 3, undefined],
      ],
    );
    assert.deepEqual(await textsIn(t.store, 'a', 'z'), ['c=1']);
  });

  it('starts the time again when the lease is kept alive', async () => {
    await using t = await makeUnderTest(make);
    const lease = await t.store.grantLease(1000);
    await t.world.advance(999);
    assert.equal(await t.store.keepLeaseAlive(lease), true);
    await t.world.advance(999);
    assert.equal(await t.store.keepLeaseAlive(lease), true);
    await t.world.advance(1000);
    await waitFor(async () => !(await t.store.keepLeaseAlive(lease)));
  });

  it('lets a key go that is written again without the lease', async () => {
    await using t = await makeUnderTest(make);
    const lease = await t.store.grantLease(1000);
    await t.store.commit({ compare: [], operations: [{ put: 'a', value: note('1'), lease }] });
    await t.store.commit(puts(['a', '2']));
    await t.store.revokeLease(lease);
    assert.deepEqual(await textsIn(t.store, 'a'), ['a=2']);
  });

  it('deletes the keys of a revoked lease, and refuses it from then on', async () => {
    await using t = await makeUnderTest(make);
    const lease = await t.store.grantLease(1000);
    await t.store.commit({ compare: [], operations: [{ put: 'a', value: note('1'), lease }] });
    await t.store.revokeLease(lease);
    assert.deepEqual(await textsIn(t.store, 'a'), []);
    const put = t.store.commit({ compare: [], operations: [{ put: 'a', value: note('1'), lease }] });
    await assert.rejects(put, LeaseNotFoundError);
  });
}

/** For what a store does on its own and whose end nobody is told: at most a second of real time. */
export async function waitFor(holds: () => boolean | Promise<boolean>): Promise<void> {
  for (let i = 0; i < 1000; i++) {
    if (await holds()) return;
    await new Promise(resolve => setTimeout(resolve, 1));
  }
  assert.fail('did not come to hold');
}

type Step =
  | { readonly do: 'write'; readonly keys: readonly string[]; readonly isDelete: boolean; readonly isGuarded: boolean }
  | { readonly do: 'compact'; readonly back: number }
  | { readonly do: 'watch'; readonly back: number; readonly start: string; readonly end: string };

const keyArbitrary = fc.constantFrom('a', 'a/1', 'a/2', 'a-1', 'b', 'b/1', 'c');

const stepArbitrary: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('write' as const),
      keys: fc.uniqueArray(keyArbitrary, { minLength: 1, maxLength: 3 }),
      isDelete: fc.boolean(),
      isGuarded: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('compact' as const), back: fc.nat(8) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('watch' as const),
      back: fc.nat(8),
      start: keyArbitrary,
      end: keyArbitrary,
    }),
  },
);

/** The whole state at every revision, copied each time: too simple to be wrong. */
class Model {
  readonly states: Map<string, string>[] = [new Map(), new Map()];

  get revision(): number {
    return this.states.length - 1;
  }

  write(keys: readonly string[], text: string | undefined): void {
    const next = new Map(this.states[this.revision]);
    for (const key of keys) {
      if (text === undefined) next.delete(key);
      else next.set(key, text);
    }
    const isChanged = text !== undefined || keys.some(key => this.states[this.revision]!.has(key));
    if (isChanged) this.states.push(next);
  }

  textsIn(start: string, end: string, revision: number): string[] {
    const inRange = [...this.states[revision]!].filter(([key]) => key >= start && key < end);
    return inRange.sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, text]) => `${key}=${text}`);
  }

  /** `revision key=text`, or `revision key` for a deletion, from `fromRevision` on. */
  eventsIn(start: string, end: string, fromRevision: number): string[] {
    const events: string[] = [];
    for (let revision = Math.max(2, fromRevision); revision <= this.revision; revision++) {
      const before = this.states[revision - 1]!;
      const after = this.states[revision]!;
      for (const key of [...new Set([...before.keys(), ...after.keys()])].sort()) {
        if (key < start || key >= end || before.get(key) === after.get(key)) continue;
        events.push(after.has(key) ? `${revision} ${key}=${after.get(key)}` : `${revision} ${key}`);
      }
    }
    return events;
  }
}

function describeAgainstModel(make: MakeStore): void {
  it('does what a list of whole states would', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(stepArbitrary, { maxLength: 40 }), fc.boolean(), async (steps, isConcurrent) => {
        await using t = await makeUnderTest(make);
        await runAgainstModel(t.store, steps, isConcurrent);
      }),
      { numRuns: 60 },
    );
  });
}

async function runAgainstModel(store: Store<Note>, steps: readonly Step[], isConcurrent: boolean): Promise<void> {
  const model = new Model();
  const watches: { seen: Recorder; start: string; end: string; from: number }[] = [];
  let pending: Promise<void>[] = [];
  for (const [number, step] of steps.entries()) {
    if (step.do === 'write') {
      pending.push(write(store, model, step, `t${number}`));
      if (!isConcurrent) await Promise.all(pending);
      continue;
    }
    await Promise.all(pending);
    pending = [];
    const revision = Math.max(1, model.revision - step.back);
    if (step.do === 'compact') await compact(store, revision);
    else {
      const seen = new Recorder();
      store.watch({ start: step.start, end: step.end, fromRevision: revision }, seen);
      if (revision < store.compactedRevision) assert.ok(seen.error instanceof CompactedError);
      else watches.push({ seen, start: step.start, end: step.end, from: revision });
    }
  }
  await Promise.all(pending);
  assert.equal(store.revision, model.revision);
  for (let revision = Math.max(1, store.compactedRevision); revision <= model.revision; revision++) {
    assert.deepEqual(await textsIn(store, 'a', 'b/1', revision), model.textsIn('a', 'b/1', revision));
  }
  for (const { seen, start, end, from } of watches) {
    const told = seen.all.map(({ revision, key, entry }) =>
      entry === undefined ? `${revision} ${key}` : `${revision} ${key}=${entry.value.text}`,
    );
    assert.deepEqual(told.sort(byRevisionThenText), model.eventsIn(start, end, from));
    const revisions = seen.all.map(event => event.revision);
    assert.deepEqual(
      revisions,
      revisions.toSorted((a, b) => a - b),
    );
  }
}

/** Within one revision the order of events is the transaction's; the model's is by key. */
function byRevisionThenText(a: string, b: string): number {
  const difference = Number.parseInt(a, 10) - Number.parseInt(b, 10);
  if (difference !== 0) return difference;
  const keyOf = (text: string): string => text.split(' ')[1]!.split('=')[0]!;
  return keyOf(a) < keyOf(b) ? -1 : 1;
}

async function write(store: Store<Note>, model: Model, step: Step & { do: 'write' }, text: string): Promise<void> {
  // Guards name a revision that was never: the write must fail.
  const compare = step.isGuarded ? [{ key: step.keys[0]!, modRevision: 999_999 }] : [];
  if (!step.isGuarded) model.write(step.keys, step.isDelete ? undefined : text);
  const expected = model.revision;
  const result = await store.commit({
    compare,
    operations: step.keys.map(key => (step.isDelete ? { delete: key } : { put: key, value: note(text) })),
  });
  assert.deepEqual([result.succeeded, result.revision], [!step.isGuarded, expected]);
}

async function compact(store: Store<Note>, revision: number): Promise<void> {
  if (revision > store.compactedRevision) await store.compact(revision);
  else await assert.rejects(store.compact(revision), CompactedError);
}
