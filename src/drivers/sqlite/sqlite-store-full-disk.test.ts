import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { StatusError } from '../../machinery/index.ts';
import { type CommitResult, createTextCodec, type Store } from '../../storage/index.ts';
import { type Note, note, noteCodec } from '../../storage/store.contract.ts';
import { openSqliteStore } from './sqlite-store.ts';

const disk = mkdtempSync(join(tmpdir(), 'sampan-full-'));
const isMounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', disk]).status === 0;
after(() => {
  if (isMounted) spawnSync('umount', ['-l', disk]);
  rmSync(disk, { recursive: true });
});
const skip = isMounted ? false : 'needs root, to mount a small disk';
const clock = { after: () => ({ cancel: () => undefined }) };

const open = (): Promise<Store<Note>> => openSqliteStore({ directory: join(disk, 'store'), codec: noteCodec, clock });

function put(store: Store<Note>, key: string): Promise<CommitResult<Note>> {
  return store.commit({ compare: [], operations: [{ put: key, value: note('x'.repeat(20_000)) }] });
}

/** Writes five at a time until one is refused, then singly until there is no room for one; returns the refusal. */
async function fill(store: Store<Note>, name: string, acknowledged: string[]): Promise<unknown> {
  await writeUntilRefused(store, `${name}-five`, 5, acknowledged);
  return writeUntilRefused(store, `${name}-one`, 1, acknowledged);
}

async function writeUntilRefused(
  store: Store<Note>,
  name: string,
  width: number,
  acknowledged: string[],
): Promise<unknown> {
  for (let i = 0; ; i += width) {
    const keys = Array.from({ length: width }, (_, j) => `${name}${i + j}`);
    const results = await Promise.allSettled(keys.map(key => put(store, key)));
    results.forEach((result, j) => {
      if (result.status === 'fulfilled') acknowledged.push(keys[j]!);
    });
    const refused = results.find(result => result.status === 'rejected');
    if (refused !== undefined) return refused.reason;
  }
}

async function readKeys(store: Store<Note>): Promise<string[]> {
  const { entries } = await store.range({ start: ' ', end: '~' });
  return entries.map(entry => entry.key);
}

describe('a store on a full disk', { skip }, () => {
  it('refuses writes clearly, goes on reading, and writes again when there is space', async () => {
    const ballast = join(disk, 'ballast');
    writeFileSync(ballast, Buffer.alloc(1_500_000));
    const store = await open();
    const told: string[] = [];
    store.watch(
      { start: ' ', end: '~' },
      { events: batch => told.push(...batch.map(e => e.key)), end: () => undefined },
    );
    const acknowledged: string[] = [];

    const error = await fill(store, 'a', acknowledged);
    assert.ok(error instanceof StatusError, String(error));
    assert.deepEqual([error.reason, error.code], ['InternalError', 507]);
    assert.match(error.message, /cannot write to .*sampan\.db: no space left on device/);
    assert.match(store.problem ?? '', /no space left on device/);
    assert.ok(acknowledged.length > 0);
    assert.deepEqual(await readKeys(store), acknowledged.toSorted());
    await assert.rejects(put(store, 'b'), StatusError);
    assert.deepEqual(await readKeys(store), acknowledged.toSorted());

    rmSync(ballast);
    const { revision } = await put(store, 'c');
    assert.equal(revision, acknowledged.length + 2);
    assert.equal(store.problem, undefined);
    acknowledged.push('c');
    await fill(store, 'd', acknowledged);
    assert.deepEqual(told, acknowledged);
    await store.close();

    const again = await open();
    assert.deepEqual(await readKeys(again), acknowledged.toSorted());
    assert.equal(again.revision, acknowledged.length + 1);
    await again.close();
    rmSync(join(disk, 'store'), { recursive: true });
  });

  it('can be read after a crash, though there is space for nothing', async () => {
    const directory = join(disk, 'crashed');
    const writer = join(import.meta.dirname, 'testdata', 'write-until-killed.ts');
    const child = spawnSync(process.execPath, [writer, directory, '1']);
    assert.match(child.stderr.toString(), /no space left on device/);
    fillWithZeros(join(disk, 'zeros'));
    const revisions = child.stdout
      .toString()
      .trimEnd()
      .split('\n')
      .slice(1)
      .map(line => Number.parseInt(line, 10));
    const store = await openSqliteStore({ directory, codec: createTextCodec(), clock });
    assert.ok(store.revision >= Math.max(...revisions));
    await store.close();
  });
});

function fillWithZeros(path: string): void {
  const file = openSync(path, 'w');
  const zeros = Buffer.alloc(4096);
  try {
    for (;;) writeSync(file, zeros);
  } catch (error) {
    assert.equal((error as NodeJS.ErrnoException).code, 'ENOSPC');
  } finally {
    closeSync(file);
  }
}
