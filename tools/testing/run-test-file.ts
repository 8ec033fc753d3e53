import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestOutcome } from './event-reporter.ts';

export interface TestFileResult {
  readonly file: string;
  readonly outcomes: readonly TestOutcome[];
  readonly durationMs: number;
  /** Why the file as a whole failed, apart from its tests; empty when it did not. */
  readonly trouble: string;
  /** What it printed, standard output and standard error together. */
  readonly output: string;
}

export interface TestFileOptions {
  readonly cwd: string;
  /** Limit for each test. */
  readonly testTimeoutMs: number;
  /** Limit for the process: one that hangs in a loop, or leaves something open, is killed with all its children. */
  readonly fileTimeoutMs: number;
  readonly signal: AbortSignal;
}

/**
 * Runs one test file in a process of its own. Node's `run()` is not used because it waits forever for a file whose loop
 * never ends or whose handles stay open.
 */
export async function runTestFile(file: string, options: TestFileOptions): Promise<TestFileResult> {
  const startedMs = performance.now();
  const folder = mkdtempSync(join(tmpdir(), 'sampan-test-'));
  const events = join(folder, 'events');
  const { code, output, killedBecause } = await runProcess(file, events, options);
  const outcomes = readOutcomes(events);
  rmSync(folder, { recursive: true, force: true });
  const hasFailed = outcomes.some(({ outcome }) => outcome === 'failed');
  const trouble = killedBecause ?? (code !== 0 && !hasFailed ? `ended with exit code ${code}` : '');
  return { file, outcomes, durationMs: performance.now() - startedMs, trouble, output };
}

/** Runs the file in a process group of its own, so that what it started ends with it. */
function runProcess(
  file: string,
  events: string,
  { cwd, testTimeoutMs, fileTimeoutMs, signal }: TestFileOptions,
): Promise<{ code: number; output: string; killedBecause: string | undefined }> {
  return new Promise((resolve, reject) => {
    const args = [
      `--test-timeout=${testTimeoutMs}`,
      `--test-reporter=${join(import.meta.dirname, 'event-reporter.ts')}`,
      `--test-reporter-destination=${events}`,
      file,
    ];
    const env = { ...process.env, NODE_COMPILE_CACHE: join(import.meta.dirname, '../../.cache/compiled') };
    const child = spawn(process.execPath, args, { cwd, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    let killedBecause: string | undefined;
    const kill = (reason: string): void => {
      killedBecause ??= reason;
      killGroup(child.pid);
    };
    const seconds = fileTimeoutMs / 1000;
    const timer = setTimeout(
      () => kill(`did not end within ${seconds} s (a test or something left open)`),
      fileTimeoutMs,
    );
    const abort = (): void => kill(`stopped: ${signal.reason}`);
    signal.addEventListener('abort', abort, { once: true });
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', chunk => {
        output += chunk;
      });
    }
    child.on('error', reject);
    child.on('exit', () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', abort);
      killGroup(child.pid); // what it left behind would hold our pipes and the machine's ports
    });
    child.on('close', code => resolve({ code: code ?? 1, output, killedBecause }));
    if (signal.aborted) abort();
  });
}

function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error; // ESRCH: nothing is left of it
  }
}

function readOutcomes(events: string): TestOutcome[] {
  try {
    const lines = readFileSync(events, 'utf8').split('\n');
    return lines.filter(line => line.endsWith('}')).map(line => JSON.parse(line) as TestOutcome);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []; // ended before its first test
    throw error;
  }
}
