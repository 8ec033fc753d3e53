import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';

const root = join(import.meta.dirname, '../..');

test('the README’s test runs as it stands there', async () => {
  const readme = await readFile(join(root, 'README.md'), 'utf8');
  const examples = [...readme.matchAll(/```ts\n([\s\S]*?)```/g)].map(match => match[1]!);
  assert.equal(examples.length, 1);
  // Inside the repository, so that the package finds itself by its name.
  const folder = join(root, '.cache/readme');
  await mkdir(folder, { recursive: true });
  try {
    const file = join(folder, 'example.test.ts');
    await writeFile(file, examples[0]!);
    const args = ['--conditions=sampan-source', '--test', '--test-reporter=tap', file];
    const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: root, env: withoutTestContext() });
    assert.match(stdout, /^# pass 1$/m);
    assert.match(stdout, /^# fail 0$/m);
  } finally {
    await rm(folder, { recursive: true });
  }
});

/** node:test marks its children, which would then report to us instead of printing. */
function withoutTestContext(): NodeJS.ProcessEnv {
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  return env;
}
