import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { createTextCodec, prefixEnd, registryPrefix, type Store, type StoredObject } from '../../storage/index.ts';
import { createSeededRandom } from '../../world/index.ts';
import { openSqliteStore } from './sqlite-store.ts';

/** Another seed: SAMPAN_SEED; more rounds: SAMPAN_ROUNDS. */
const seed = process.env['SAMPAN_SEED'] ?? '2026';
const rounds = Number(process.env['SAMPAN_ROUNDS'] ?? 8);
const root = mkdtempSync(join(tmpdir(), 'sampan-crash-'));
after(() => rmSync(root, { recursive: true }));
const writerPath = join(import.meta.dirname, 'testdata', 'write-until-killed.ts');
const clock = { after: () => ({ cancel: () => undefined }) };

/** Lets the writers run for `lifeMs` after they have opened the store, kills them, and returns the lines they printed. */
async function writeUntilKilled(directory: string, roundSeed: string, lifeMs: number): Promise<string[]> {
  const child = spawn(process.execPath, [writerPath, directory, roundSeed], { stdio: ['ignore', 'pipe', 'inherit'] });
  const closed = once(child, 'close');
  let output = '';
  const opened = new Promise<void>((resolve, reject) => {
    child.once('exit', code => reject(new Error(`the writers ended with ${code}: ${output}`)));
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      output += chunk;
      resolve();
    });
  });
  await opened;
  await new Promise(resolve => setTimeout(resolve, lifeMs));
  assert.deepEqual([child.exitCode, child.signalCode], [null, null], 'the writers failed');
  child.kill('SIGKILL');
  await closed;
  return output.split('\n').slice(1, -1);
}

async function readMarks(store: Store<StoredObject>): Promise<Map<string, { mark: string; revision: number }>> {
  const { entries } = await store.range({ start: registryPrefix, end: prefixEnd(registryPrefix) });
  return new Map(
    entries.map(({ key, value, modRevision }) => {
      const { mark } = value.object['data'] as { mark: string };
      assert.equal(value.object.metadata.resourceVersion, String(modRevision));
      return [key, { mark, revision: modRevision }];
    }),
  );
}

/** The latest deletion of each key that the history still knows of. */
function readDeletions(store: Store<StoredObject>): Map<string, number> {
  const deletions = new Map<string, number>();
  const range = { start: registryPrefix, end: prefixEnd(registryPrefix), fromRevision: store.compactedRevision };
  const watch = store.watch(range, {
    events: batch => {
      for (const { key, revision, entry } of batch) if (entry === undefined) deletions.set(key, revision);
    },
    end: assert.ifError,
  });
  watch.cancel();
  return deletions;
}

describe('a store whose process is killed', () => {
  it(`has every acknowledged write, ${rounds} times over (seed ${seed})`, { timeout: rounds * 15_000 }, async () => {
    const random = createSeededRandom(seed);
    const directory = join(root, 'store');
    const acknowledged = new Map<string, { revision: number; mark: string }>();
    let greatest = 1;
    for (let round = 0; round < rounds; round++) {
      const lines = await writeUntilKilled(directory, `${seed}/${round}`, random.integer(400));
      for (const line of lines) {
        const [revision, key, mark] = line.split(' ') as [string, string, string];
        acknowledged.set(key, { revision: Number(revision), mark });
        greatest = Math.max(greatest, Number(revision));
      }
      const store = await openSqliteStore({ directory, codec: createTextCodec(), clock });
      const present = await readMarks(store);
      const deletedAt = readDeletions(store);
      assert.ok(store.revision >= greatest, `round ${round}: revision ${store.revision} < ${greatest}`);
      for (const [key, { revision, mark }] of acknowledged) {
        const found = present.get(key);
        // A write whose acknowledgment the kill cut off may be there too: then it is later.
        if ((found?.revision ?? deletedAt.get(key) ?? 0) > revision) continue;
        assert.deepEqual(found?.mark ?? '-', mark, `round ${round}: ${key} as of revision ${revision}`);
      }
      greatest = Math.max(greatest, store.revision);
      acknowledged.clear();
      for (const [key, value] of present) acknowledged.set(key, value);
      await store.close();
    }
  });
});
