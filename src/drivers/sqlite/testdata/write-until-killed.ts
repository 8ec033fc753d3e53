/**
 * A process to be killed: several writers change a few keys and print every write that was acknowledged, a line each.
 * Arguments: the directory, the seed.
 */
import { writeSync } from 'node:fs';
import { createTextCodec, draftObject } from '../../../storage/index.ts';
import { createSeededRandom } from '../../../world/index.ts';
import { openSqliteStore } from '../sqlite-store.ts';

const [directory, seed] = process.argv.slice(2) as [string, string];
const random = createSeededRandom(seed);
const clock = { after: () => ({ cancel: () => undefined }) };
const store = await openSqliteStore({ directory, codec: createTextCodec(), clock });
print('open\n');

/** Returns when the parent's pipe has taken it all; a full one refuses for a while. */
function print(text: string): void {
  let rest = Buffer.from(text);
  while (rest.length > 0) {
    try {
      rest = rest.subarray(writeSync(1, rest));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
    }
  }
}

async function write(writer: number): Promise<never> {
  for (let number = 0; ; number++) {
    const key = `/registry/core/configmaps/w${writer}/c${random.integer(5)}`;
    const { entries } = await store.range({ start: key });
    const compare = [{ key, modRevision: entries[0]?.modRevision ?? 0 }];
    const isDelete = random.float() < 0.2;
    const data = { mark: `${seed}-${writer}-${number}`, padding: 'x'.repeat(random.integer(8000)) };
    const value = draftObject(key, { metadata: { resourceVersion: '' }, data });
    const result = await store.commit({ compare, operations: isDelete ? [{ delete: key }] : [{ put: key, value }] });
    if (!result.succeeded) throw new Error(`a writer's own key was changed by another: ${key}`);
    // Written in one call before the next await: what the parent reads was acknowledged.
    print(`${result.revision} ${key} ${isDelete ? '-' : data.mark}\n`);
    if (store.revision % 100 === 0 && store.revision - 50 > store.compactedRevision)
      await store.compact(store.revision - 50);
  }
}

try {
  await Promise.all(Array.from({ length: 8 }, (_, writer) => write(writer)));
} catch (error) {
  // A refused write ends it as a crash would: nothing is closed.
  writeSync(2, `${(error as Error).message}\n`);
  process.kill(process.pid, 'SIGKILL');
}
