/** `npm run conformance`: see `options.ts` for what it takes, `run-cases.ts` for how the cases are run. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { TestCluster } from '../end-to-end/cluster-process.ts';
import { buildSuite, type Suite } from './build-suite.ts';
import { type ConformanceCase, readCases } from './conformance-case.ts';
import { buildImages } from './images/build-images.ts';
import { provideImages } from './images/provide-images.ts';
import { type ConformanceOptions, readOptions, usage } from './options.ts';
import { formatTable, type ResultTable, readTable, type TableRow, updateTable } from './result-table.ts';
import { type CaseResult, runCases } from './run-cases.ts';

const root = join(import.meta.dirname, '../..');
const cache = join(root, '.cache/conformance');
const tableFile = join(root, 'docs/reference/conformance.md');

async function runAll(options: ConformanceOptions): Promise<number> {
  const cases = readCases(options.casesFile);
  const suite = await buildSuite(cache);
  let failures = 0;
  for (const letter of options.classes) {
    const asked = selectCases(cases, letter, options);
    if (asked.length === 0) throw new Error(`no case of class ${letter} matches`);
    const commit = readCommit();
    console.log(`class ${letter}: ${asked.length} cases at ${commit}`);
    const results = await runClass(letter, asked, suite, options);
    printResults(letter, asked, results);
    if (options.isReported) writeTable(cases, asked, results, commit);
    failures += asked.filter(({ name }) => results.get(name)?.outcome !== 'pass').length;
  }
  return failures;
}

function selectCases(
  cases: readonly ConformanceCase[],
  letter: string,
  { focus, isUnpassedOnly }: ConformanceOptions,
): readonly ConformanceCase[] {
  const table = isUnpassedOnly ? loadTable() : new Map<string, TableRow>();
  const isAsked = ({ name }: ConformanceCase): boolean =>
    (focus?.test(name) ?? true) && table.get(name)?.outcome !== 'pass';
  return cases.filter(one => one.class === letter && isAsked(one));
}

/** A class gets a cluster of its own, so that none finds what another has left. */
async function runClass(
  letter: string,
  asked: readonly ConformanceCase[],
  suite: Suite,
  options: ConformanceOptions,
): Promise<ReadonlyMap<string, CaseResult>> {
  const { procs, timeoutMinutes } = options;
  const nodes = options.nodes ?? ('AF'.includes(letter) ? 'simulated:2' : 'real');
  const directory = join(cache, `class-${letter}`);
  const data = options.isKept ? join(directory, `data-${Date.now()}`) : undefined;
  if (data !== undefined) console.log(`data directory: ${data}`);
  // A server that listens on a loopback address only has no endpoints.
  await using cluster = await TestCluster.start(['--nodes', nodes, '--bind-address', '0.0.0.0'], data);
  try {
    using _images =
      nodes === 'real' ? await provideImages(await buildImages(cache, suite.e2e), cluster.directory) : undefined;
    return await runCases(asked, { suite, kubeconfig: cluster.kubeconfig, directory, procs, timeoutMinutes });
  } finally {
    mkdirSync(directory, { recursive: true });
    writeFileSync(join(directory, 'sampan.log'), cluster.process.stdout + cluster.process.stderr);
  }
}

function printResults(
  letter: string,
  asked: readonly ConformanceCase[],
  results: ReadonlyMap<string, CaseResult>,
): void {
  const failures: string[] = [];
  let passed = 0;
  for (const { name } of asked) {
    const result = results.get(name);
    if (result?.outcome === 'pass') passed++;
    else failures.push(`${result?.outcome ?? 'not run'} ${name}${result === undefined ? '' : `\n${result.failure}\n`}`);
  }
  const file = join(cache, `class-${letter}`, 'failures.txt');
  writeFileSync(file, failures.join('\n'));
  for (const failure of failures) console.log(failure.split('\n')[0]);
  console.log(`class ${letter}: ${passed} of ${asked.length} pass; what the others say: ${file}`);
}

function writeTable(
  cases: readonly ConformanceCase[],
  asked: readonly ConformanceCase[],
  results: ReadonlyMap<string, CaseResult>,
  commit: string,
): void {
  mkdirSync(dirname(tableFile), { recursive: true });
  writeFileSync(tableFile, formatTable(cases, updateTable(loadTable(), asked, results, commit)));
}

function loadTable(): ResultTable {
  return existsSync(tableFile) ? readTable(readFileSync(tableFile, 'utf8')) : new Map();
}

function readCommit(): string {
  return execFileSync('git', ['rev-parse', '--short=10', 'HEAD'], { cwd: root, encoding: 'utf8' }).trim();
}

const args = process.argv.slice(2);
if (args.length === 0 || args.includes('--help')) {
  console.log(usage);
} else {
  try {
    const options = readOptions(args, join(root, '../shared/conformance/cases-v1.36.csv'));
    process.exitCode = (await runAll(options)) === 0 ? 0 : 1;
  } catch (error) {
    console.error(`conformance: ${(error as Error).message}`);
    process.exitCode = 2;
  }
}
