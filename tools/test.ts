/**
 * `npm test [-- FILTER…]`: the checks, then every test of the repository in stages, then one line that counts them all.
 *
 * A filter is a stage's name (`unit`) or the beginning of a path (`src/storage`); with filters only what they name runs.
 * Nothing here can hang: each test has a time limit, each file has one, and the whole has one.
 */
import { glob } from 'node:fs/promises';
import { join } from 'node:path';
import { runChecks } from './check.ts';
import { addCounts, type Counts, countFile, countNothing, formatFile, formatSummary } from './testing/report.ts';
import { runTestFile } from './testing/run-test-file.ts';

interface Stage {
  readonly name: string;
  readonly pattern: string;
  /** Files at once; a stage that owns the machine (containerd, ports, nftables) takes one at a time. */
  readonly concurrency: number;
  readonly testTimeoutMs: number;
  readonly fileTimeoutMs: number;
}

const root = join(import.meta.dirname, '..');
const totalLimitMs = 14 * 60_000;

const stages: readonly Stage[] = [
  {
    name: 'unit',
    pattern: '{src,tools,bench}/**/*.test.ts',
    concurrency: 2,
    testTimeoutMs: 30_000,
    fileTimeoutMs: 60_000,
  },
  {
    name: 'scenarios',
    pattern: 'test/scenarios/**/*.test.ts',
    concurrency: 2,
    testTimeoutMs: 60_000,
    fileTimeoutMs: 120_000,
  },
  {
    name: 'api-server',
    // What lies deeper in peers needs upstream's programs, and runs by `npm run clients`.
    pattern: 'test/{api-server/**,conformance/**,peers}/*.test.ts',
    concurrency: 2,
    testTimeoutMs: 60_000,
    fileTimeoutMs: 120_000,
  },
  {
    name: 'fuzz',
    pattern: 'test/fuzz/**/*.test.ts',
    concurrency: 1,
    testTimeoutMs: 180_000,
    fileTimeoutMs: 240_000,
  },
  {
    name: 'simulation',
    pattern: 'test/simulation/**/*.test.ts',
    concurrency: 2,
    testTimeoutMs: 180_000,
    fileTimeoutMs: 240_000,
  },
  {
    name: 'end-to-end',
    pattern: 'test/end-to-end/**/*.test.ts',
    concurrency: 1,
    testTimeoutMs: 180_000,
    fileTimeoutMs: 300_000,
  },
];

async function findTestFiles({ name, pattern }: Stage, filters: readonly string[]): Promise<string[]> {
  const files = await Array.fromAsync(glob(pattern, { cwd: root }));
  files.sort();
  if (filters.length === 0 || filters.includes(name)) return files;
  return files.filter(file => filters.some(filter => file.startsWith(filter)));
}

/** Runs the files of a stage, so many at once, and prints each as it ends. */
async function runStage(stage: Stage, files: readonly string[], signal: AbortSignal): Promise<Counts> {
  const counts = countNothing();
  const waiting = files.values();
  const runNext = async (): Promise<void> => {
    for (const file of waiting) {
      const result = await runTestFile(file, { ...stage, cwd: root, signal });
      console.log(formatFile(result, root));
      addCounts(counts, countFile(result));
    }
  };
  await Promise.all(Array.from({ length: stage.concurrency }, runNext));
  return counts;
}

async function runAll(filters: readonly string[], signal: AbortSignal): Promise<Counts> {
  const total = countNothing();
  if (filters.length === 0 || filters.includes('check')) {
    console.log('── check');
    addCounts(total, { ...(await runChecks()), skipped: 0 });
  }
  for (const stage of stages) {
    const files = await findTestFiles(stage, filters);
    if (files.length > 0) console.log(`── ${stage.name}`);
    else if (filters.length === 0) console.log(`── ${stage.name}: no test files (${stage.pattern})`);
    addCounts(total, await runStage(stage, files, signal));
  }
  return total;
}

const stop = new AbortController();
for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, () => stop.abort(name));
const limit = setTimeout(() => stop.abort(`the whole took over ${totalLimitMs / 60_000} minutes`), totalLimitMs);

const filters = process.argv.slice(2);
const total = await runAll(filters, stop.signal);
clearTimeout(limit);
if (total.passed + total.failed + total.skipped === 0) {
  console.error(`no test matches ${filters.join(' ')}`);
  total.failed = 1;
}
console.log(formatSummary(total));
process.exitCode = total.failed === 0 ? 0 : 1;
