import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { countFile, formatFile, formatSummary } from './report.ts';
import { runTestFile, type TestFileResult } from './run-test-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'sampan-runner-'));
after(() => rmSync(folder, { recursive: true, force: true }));

function run(name: string, text: string, limits: { test?: number; file?: number } = {}): Promise<TestFileResult> {
  const file = join(folder, `${name}.test.ts`);
  writeFileSync(file, `import { describe, test } from 'node:test';\n${text}\n`);
  const { signal } = new AbortController();
  const testTimeoutMs = limits.test ?? 10_000;
  return runTestFile(file, { cwd: folder, testTimeoutMs, fileTimeoutMs: limits.file ?? 20_000, signal });
}

test('counts what passed, failed and was skipped, without counting suites', async () => {
  const result = await run(
    'mixed',
    `describe('group', () => {
      test('works', () => {});
      test('breaks', () => { throw new TypeError('the reason'); });
      test('waits', { skip: 'no etcd here' }, () => {});
    });
    test('outer', async t => { await t.test('inner', () => {}); });
    console.log('what it said');`,
  );
  assert.equal(formatSummary(countFile(result)), '3 passed, 1 failed, 1 skipped');
  assert.equal(result.trouble, '');
  const text = formatFile(result, folder);
  assert.match(text, /✖ breaks\n +at mixed\.test\.ts:\d+\n +TypeError: the reason/);
  assert.match(text, /skipped: waits \(no etcd here\)/);
  assert.match(text, /what it said/);
});

test('counts a skipped suite once, with its reason', async () => {
  const result = await run('suite', "describe('all', { skip: 'not root' }, () => { test('one', () => {}); });");
  assert.equal(formatSummary(countFile(result)), '0 passed, 0 failed, 1 skipped');
  assert.match(formatFile(result, folder), /skipped: all \(not root\)/);
});

test('fails a test that takes too long, and goes on with the next', async () => {
  const result = await run(
    'slow',
    "test('slow', () => new Promise(resolve => setTimeout(resolve, 600)));\ntest('next', () => {});",
    { test: 200 },
  );
  assert.equal(formatSummary(countFile(result)), '1 passed, 1 failed, 0 skipped');
});

test('kills a file whose loop never ends', async () => {
  const result = await run('loop', "test('first', () => {});\ntest('loop', () => { for (;;); });", { file: 500 });
  assert.match(result.trouble, /did not end within 0\.5 s/);
  assert.equal(countFile(result).failed, 1);
});

test('kills a file that leaves something open, although its tests passed', async () => {
  const result = await run('open', "test('works', () => {});\nsetInterval(() => {}, 1000);", { file: 700 });
  assert.equal(formatSummary(countFile(result)), '1 passed, 1 failed, 0 skipped');
});

test('fails a file that breaks before its first test, that exits in a test, or that holds none', async () => {
  const broken = await run('broken', "throw new Error('at load');");
  assert.match(broken.trouble, /exit code/);
  assert.match(formatFile(broken, folder), /at load/);
  const exits = await run('exits', "test('exits', () => process.exit(3));");
  assert.equal(exits.trouble, 'ended with exit code 3');
  const empty = await run('empty', '');
  assert.equal(countFile(empty).failed, 1);
  assert.match(formatFile(empty, folder), /holds no test/);
});

test('ends what a file started and left running', async () => {
  const mark = join(folder, 'mark');
  const command = `sleep 1; touch ${mark}`;
  await run(
    'child',
    `import { spawn } from 'node:child_process';
    test('leaves a child', () => spawn('sh', ['-c', ${JSON.stringify(command)}], { stdio: 'ignore' }).unref());`,
  );
  await new Promise(resolve => setTimeout(resolve, 1300));
  assert.equal(existsSync(mark), false);
});
