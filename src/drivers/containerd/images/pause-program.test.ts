import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { createPauseProgram } from './pause-program.ts';

const isRunnable = process.platform === 'linux' && (process.arch === 'x64' || process.arch === 'arm64');

describe('the pause program', { skip: !isRunnable }, () => {
  const directory = mkdtempSync(join(tmpdir(), 'sampan-pause-'));
  const path = join(directory, 'pause');
  if (isRunnable) writeFileSync(path, createPauseProgram(process.arch), { mode: 0o755 });
  after(() => rmSync(directory, { recursive: true }));

  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    it(`sleeps until ${signal}, then ends with 0`, async () => {
      const child = spawn(path);
      await sleep(50);
      assert.equal(child.exitCode, null);
      child.kill(signal);
      assert.deepEqual(await once(child, 'exit'), [0, null]);
    });
  }

  it('reaps orphans and ends on SIGTERM as pid 1 of a pid namespace', { skip: process.getuid?.() !== 0 }, async () => {
    // The shell starts an orphan-to-be in the background, then becomes the pause program: the orphan is its child.
    const script = `sleep 0.1 & exec ${path}`;
    const child = spawn('unshare', ['--pid', '--fork', '--kill-child', 'sh', '-c', script]);
    await sleep(50);
    const pause = childOf(child.pid!);
    assert.ok(pause !== undefined);
    const orphan = childOf(pause);
    assert.ok(orphan !== undefined, 'the orphan runs');
    await sleep(300);
    assert.equal(childOf(pause), undefined, 'the orphan is neither alive nor a zombie');
    process.kill(pause, 'SIGTERM');
    assert.deepEqual(await once(child, 'exit'), [0, null]);
  });
});

it('makes ELF executables for the architectures it knows, and says so for others', () => {
  assert.equal(createPauseProgram('arm64').readUInt16LE(18), 183);
  assert.equal(createPauseProgram('x64').readUInt16LE(18), 62);
  assert.throws(() => createPauseProgram('ia32'), /no pause program for the architecture ia32/);
});

function childOf(pid: number): number | undefined {
  const listed = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
  return listed === '' ? undefined : Number(listed.split(' ')[0]);
}
