import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { StatusError } from '../machinery/index.ts';
import { VirtualWorld } from '../world/index.ts';
import { DurableStore } from './durable-store.ts';
import { type Journal, type JournalContents, JournalError, type JournalRecord } from './journal.ts';
import { describeStore, type Note, note, noteCodec, Recorder } from './store.contract.ts';
import type { CommitResult, Store } from './store.ts';

const emptyContents: JournalContents = { compactedRevision: 0, lastLease: 0, leases: [], versions: [] };

/** A disk in memory that answers when it is told to. */
class Disk implements Journal {
  readonly groups: (readonly JournalRecord[])[] = [];
  #waiting: { readonly records: readonly JournalRecord[]; readonly answer: (error?: Error) => void } | undefined;

  write(records: readonly JournalRecord[]): Promise<void> {
    assert.equal(this.#waiting, undefined, 'one group at a time');
    return new Promise((resolve, reject) => {
      const answer = (error?: Error): void => (error === undefined ? resolve() : reject(error));
      this.#waiting = { records, answer };
    });
  }

  async close(): Promise<void> {
    assert.equal(this.#waiting, undefined, 'closed while writing');
  }

  /** The group that is being written, as `key=text`. */
  get writing(): string[] | undefined {
    return this.#waiting?.records.map(record =>
      record.type === 'version'
        ? `${record.key}=${record.text && noteCodec.decode(record.text, 0, '').text}`
        : record.type,
    );
  }

  /** Ends the write that is going on. */
  async answer(error?: Error): Promise<void> {
    const { records, answer } = this.#waiting!;
    this.#waiting = undefined;
    if (error === undefined) this.groups.push(records);
    answer(error);
    await turn();
  }
}

/** Answers each write a few promise turns later. */
class PromptDisk implements Journal {
  async write(): Promise<void> {
    for (let i = 0; i < 5; i++) await null;
  }

  async close(): Promise<void> {
    await null;
  }
}

const turn = (): Promise<void> => new Promise(resolve => setImmediate(resolve));

describeStore('durable', async world =>
  Promise.resolve(
    new DurableStore({ clock: world.clock, codec: noteCodec, journal: new PromptDisk(), contents: emptyContents }),
  ),
);

function setUp() {
  const world = new VirtualWorld({ seed: 1, drainMicrotasks: turn });
  const disk = new Disk();
  const store: Store<Note> = new DurableStore({
    clock: world.clock,
    codec: noteCodec,
    journal: disk,
    contents: emptyContents,
  });
  const outcomes: string[] = [];
  const put = (key: string, text: string, modRevision?: number): Promise<CommitResult<Note>> => {
    const compare = modRevision === undefined ? [] : [{ key, modRevision }];
    const result = store.commit({ compare, operations: [{ put: key, value: note(text) }] });
    result.then(
      ({ succeeded, revision }) => outcomes.push(`${key}=${text} ${succeeded ? 'at' : 'lost at'} ${revision}`),
      (error: Error) => outcomes.push(`${key}=${text} refused: ${error.message}`),
    );
    return result;
  };
  const seen = new Recorder();
  store.watch({ start: ' ', end: '~' }, seen);
  return { world, disk, store, put, outcomes, seen };
}

const full = new JournalError('full', 'no space left on device');

describe('a durable store', () => {
  it('writes what came in one turn together, and what comes meanwhile in the next group', async () => {
    const { disk, put, outcomes } = setUp();
    void put('a', '1');
    void put('b', '1');
    await turn();
    void put('c', '1');
    void put('d', '1');
    await turn();
    assert.deepEqual([disk.writing, outcomes], [['a=1', 'b=1'], []]);
    await disk.answer();
    assert.deepEqual(
      [disk.writing, outcomes],
      [
        ['c=1', 'd=1'],
        ['a=1 at 2', 'b=1 at 3'],
      ],
    );
    await disk.answer();
    assert.deepEqual([disk.writing, outcomes.length], [undefined, 4]);
  });

  it('shows and tells nothing before it is on disk', async () => {
    const { disk, store, put, seen } = setUp();
    void put('a', '1');
    await turn();
    assert.deepEqual([(await store.range({ start: 'a' })).count, store.revision, seen.all.length], [0, 1, 0]);
    await disk.answer();
    assert.deepEqual([(await store.range({ start: 'a' })).count, store.revision, seen.all.length], [1, 2, 1]);
  });

  it('decides against what is accepted, and tells the loser only when that is on disk', async () => {
    const { disk, put, outcomes } = setUp();
    void put('a', 'first', 0);
    await turn();
    void put('a', 'second', 0);
    void put('a', 'third', 2);
    await turn();
    assert.deepEqual(outcomes, []);
    await disk.answer();
    assert.deepEqual(outcomes, ['a=first at 2']);
    await disk.answer();
    assert.deepEqual(outcomes.slice(1), ['a=second lost at 2', 'a=third at 3']);
  });

  it('refuses all that was accepted when the disk is full, and starts again from what is written', async () => {
    const { disk, store, put, outcomes, seen } = setUp();
    void put('a', '1');
    await turn();
    await disk.answer();
    const refused = put('a', '2', 2);
    await turn();
    void put('a', '3', 3);
    void put('b', '1', 0);
    await disk.answer(full);
    const text = 'refused: Internal error occurred: no space left on device';
    assert.deepEqual(outcomes, ['a=1 at 2', `a=2 ${text}`, `a=3 ${text}`, `b=1 ${text}`]);
    await assert.rejects(refused, (error: unknown) => error instanceof StatusError && error.code === 507);
    assert.deepEqual([disk.writing, store.revision, seen.all.length], [undefined, 2, 1]);
    void put('a', '4', 2);
    await turn();
    await disk.answer();
    assert.equal(outcomes.at(-1), 'a=4 at 3');
    assert.deepEqual(
      seen.all.map(event => event.revision),
      [2, 3],
    );
  });

  it('writes nothing more once the disk cannot be trusted, but goes on reading', async () => {
    const { disk, store, put } = setUp();
    void put('a', '1');
    await turn();
    await disk.answer();
    const lost = put('b', '1');
    await turn();
    await disk.answer(new Error('input/output error'));
    await assert.rejects(lost, { code: 500, message: /input\/output error/ });
    await assert.rejects(put('c', '1'), { code: 500, message: /input\/output error/ });
    assert.equal((await store.range({ start: ' ', end: '~' })).count, 1);
    assert.equal(disk.writing, undefined);
  });

  it('finishes what was accepted before it closes', async () => {
    const { disk, store, put, outcomes } = setUp();
    void put('a', '1');
    await turn();
    void put('b', '1');
    const closed = store.close().then(() => outcomes.push('closed'));
    await turn();
    await disk.answer();
    await disk.answer();
    await closed;
    assert.deepEqual(outcomes, ['a=1 at 2', 'b=1 at 3', 'closed']);
  });

  it('tries again to end a lease that the disk refused to end', async () => {
    const { world, disk, store } = setUp();
    const granted = store.grantLease(1000);
    await turn();
    await disk.answer();
    const lease = await granted;
    const written = store.commit({ compare: [], operations: [{ put: 'a', value: note('1'), lease }] });
    await turn();
    await disk.answer();
    await written;
    await world.advance(1000);
    await disk.answer(full);
    assert.equal((await store.range({ start: 'a' })).count, 1);
    await world.advance(10_000);
    assert.deepEqual(disk.writing, ['a=undefined', 'revoke']);
    await disk.answer();
    assert.equal((await store.range({ start: 'a' })).count, 0);
  });

  it('deletes a key whose lease ended while it was being written', async () => {
    const { disk, store } = setUp();
    const granted = store.grantLease(1000);
    await turn();
    await disk.answer();
    const lease = await granted;
    const revoked = store.revokeLease(lease);
    await turn();
    const written = store.commit({ compare: [], operations: [{ put: 'a', value: note('1'), lease }] });
    await disk.answer();
    await disk.answer();
    await Promise.all([revoked, written]);
    await disk.answer();
    assert.equal((await store.range({ start: 'a' })).count, 0);
  });

  it('forgets on disk what a compaction leaves to nobody', async () => {
    const { disk, store, put } = setUp();
    for (const text of ['1', '2', '3']) {
      void put('a', text);
      await turn();
      await disk.answer();
    }
    const compacted = store.compact(4);
    await turn();
    await disk.answer();
    await compacted;
    assert.deepEqual(disk.groups.at(-1), [{ type: 'compact', revision: 4, forget: [{ key: 'a', revision: 2 }] }]);
  });
});
