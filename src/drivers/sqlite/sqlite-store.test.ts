import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, describe, it } from 'node:test';
import { type CommitResult, CompactedError, type Store } from '../../storage/index.ts';
import { describeStore, type Note, note, noteCodec, Recorder, waitFor } from '../../storage/store.contract.ts';
import { VirtualWorld } from '../../world/index.ts';
import { openSqliteStore } from './sqlite-store.ts';

const root = mkdtempSync(join(tmpdir(), 'sampan-sqlite-'));
let count = 0;
after(() => rmSync(root, { recursive: true }));

describeStore('SQLite', async world =>
  openSqliteStore({ directory: join(root, String(count++)), codec: noteCodec, clock: world.clock }),
);

function newDirectory(): string {
  return join(root, String(count++));
}

const systemClock = {
  after: (delayMs: number, run: () => void) => {
    const timer = setTimeout(run, delayMs);
    timer.unref();
    return { cancel: () => clearTimeout(timer) };
  },
};

function open(directory: string): Promise<Store<Note>> {
  return openSqliteStore({ directory, codec: noteCodec, clock: systemClock });
}

function put(store: Store<Note>, key: string, text: string, lease?: number): Promise<CommitResult<Note>> {
  return store.commit({ compare: [], operations: [{ put: key, value: note(text), lease }] });
}

async function readAll(store: Store<Note>, revision?: number): Promise<string[]> {
  const { entries } = await store.range({ start: ' ', end: '~', revision });
  return entries.map(({ key, value, createRevision, modRevision, version }) =>
    [key, value.text, createRevision, modRevision, version].join(' '),
  );
}

describe('a store on disk', () => {
  it('comes back as it was, with its history and revisions', async () => {
    const directory = newDirectory();
    const first = await open(directory);
    await put(first, 'a', '1');
    await put(first, 'b', '1');
    await put(first, 'a', '2');
    await first.commit({ compare: [], operations: [{ delete: 'b' }] });
    await first.close();
    const second = await open(directory);
    assert.deepEqual([second.revision, second.compactedRevision], [5, 0]);
    assert.deepEqual(await readAll(second), ['a 2 2 4 2']);
    assert.deepEqual(await readAll(second, 3), ['a 1 2 2 1', 'b 1 3 3 1']);
    const seen = new Recorder();
    second.watch({ start: 'a', end: 'z', fromRevision: 4 }, seen);
    assert.deepEqual(
      seen.all.map(event => [event.key, event.entry?.value.text, event.previous?.value.text]),
      [
        ['a', '2', '1'],
        ['b', undefined, '1'],
      ],
    );
    assert.equal((await put(second, 'c', '1')).revision, 6);
    await second.close();
  });

  it('remembers what was compacted, and frees the rows', async () => {
    const directory = newDirectory();
    const first = await open(directory);
    for (let i = 0; i < 600; i++) await put(first, `k${i % 3}`, String(i));
    await first.commit({ compare: [], operations: [{ delete: 'k0' }] });
    await first.compact(first.revision);
    const expected = await readAll(first);
    await first.close();
    const rows = new DatabaseSync(join(directory, 'sampan.db'), { readOnly: true });
    // Two keys, and the deletion that the latest revision tells of with what it deleted.
    assert.deepEqual({ ...rows.prepare('SELECT count(*) AS count FROM versions').get() }, { count: 4 });
    rows.close();
    const second = await open(directory);
    assert.deepEqual([second.revision, second.compactedRevision], [602, 602]);
    assert.deepEqual(await readAll(second), expected);
    await assert.rejects(second.range({ start: 'k1', revision: 601 }), CompactedError);
    await second.close();
  });

  it('starts the time of its leases again', async () => {
    const directory = newDirectory();
    const world = new VirtualWorld({ seed: 1, drainMicrotasks: () => new Promise(resolve => setImmediate(resolve)) });
    const openInWorld = () => openSqliteStore({ directory, codec: noteCodec, clock: world.clock });
    const first = await openInWorld();
    const lease = await first.grantLease(1000);
    await put(first, 'a', '1', lease);
    await world.advance(900);
    await first.close();
    const second = await openInWorld();
    await world.advance(900);
    assert.deepEqual(await readAll(second), ['a 1 2 2 1']);
    await world.advance(100);
    await waitFor(async () => (await readAll(second)).length === 0);
    assert.ok((await second.grantLease(1000)) > lease);
    await second.close();
  });

  it('is refused while another holds it, in this process and from another', async () => {
    const directory = newDirectory();
    const store = await open(directory);
    const isInUse = {
      name: 'StoreDirectoryError',
      reason: 'inUse',
      message: new RegExp(`in use by process ${process.pid}`),
    };
    await assert.rejects(open(directory), isInUse);
    const child = spawnSync(process.execPath, [join(import.meta.dirname, 'testdata', 'open-store.ts'), directory]);
    assert.match(child.stdout.toString(), new RegExp(`is in use by process ${process.pid}; one Sampan at a time`));
    await put(store, 'a', '1');
    await store.close();
    await (await open(directory)).close();
  });

  it('is refused when a newer Sampan wrote it, and left alone', async () => {
    const { directory, path } = await makeClosedStore();
    const database = new DatabaseSync(path);
    database.exec('PRAGMA user_version = 99');
    database.close();
    const before = readFileSync(path);
    await assert.rejects(open(directory), {
      reason: 'newerFormat',
      message: `${path} was written by a newer Sampan (format 99, this one reads up to 1)`,
    });
    assert.ok(readFileSync(path).equals(before));
  });

  it("is refused when it is somebody else's database", async () => {
    const directory = newDirectory();
    mkdirSync(directory);
    const database = new DatabaseSync(join(directory, 'sampan.db'));
    database.exec('CREATE TABLE t (x); PRAGMA user_version = 1');
    database.close();
    await assert.rejects(open(directory), { reason: 'foreign' });
  });

  for (const [what, damage] of [
    ['its beginning', (bytes: Buffer) => bytes.fill(0x5a, 0, 100)],
    ['a page of its tables', (bytes: Buffer) => bytes.fill(0, 16_384 * 3, 16_384 * 3 + 200)],
    ['one letter of a value', (bytes: Buffer) => bytes.fill('j', bytes.length - 900, bytes.length - 899)],
    ['its end, which is cut off', (bytes: Buffer) => bytes.subarray(0, bytes.length - 20_000)],
  ] as const) {
    it(`is refused when damaged in ${what}, and left alone`, async () => {
      const { directory, path } = await makeClosedStore();
      const bytes = readFileSync(path);
      const damaged = damage(bytes);
      writeFileSync(path, damaged instanceof Buffer ? damaged : bytes);
      const before = readFileSync(path);
      await assert.rejects(open(directory), { reason: 'damaged', message: /is damaged .*nothing was changed/ });
      assert.ok(readFileSync(path).equals(before));
    });
  }

  it('is readable by its owner only', async () => {
    const directory = newDirectory();
    mkdirSync(directory, { mode: 0o755 });
    const store = await open(directory);
    await put(store, 'a', '1');
    for (const name of ['sampan.db', 'sampan.db-wal']) {
      assert.equal(statSync(join(directory, name)).mode & 0o777, 0o600, name);
    }
    await store.close();
  });

  it('begins again where a crash left an empty file', async () => {
    const directory = newDirectory();
    mkdirSync(directory);
    writeFileSync(join(directory, 'sampan.db'), '');
    const store = await open(directory);
    assert.equal((await put(store, 'a', '1')).revision, 2);
    await store.close();
  });
});

async function makeClosedStore(): Promise<{ directory: string; path: string }> {
  const directory = newDirectory();
  const store = await open(directory);
  for (let i = 0; i < 50; i++) await put(store, `k${i}`, 'i'.repeat(2000));
  await store.close();
  return { directory, path: join(directory, 'sampan.db') };
}
