/** `npm run clients`: builds real clients, runs them against Sampan and writes docs/reference/clients.md. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { formatFile } from '../../tools/testing/report.ts';
import { runTestFile, type TestFileResult } from '../../tools/testing/run-test-file.ts';
import { buildPrograms } from './build-programs.ts';
import { type ClientSuite, clientSuites } from './client-suites.ts';
import { type ClientResult, updatePage } from './clients-page.ts';
import { findKubectl, readKubectlVersion } from './find-kubectl.ts';

const usage = `usage: npm run clients -- [FLAGS]

Runs real clients, whole and unmodified, against Sampan and writes docs/reference/clients.md. Needs Go (only this command
and npm run conformance do), and builds each client at its first run.

  --only NAMES     of ${clientSuites.map(({ id }) => id).join(', ')}, with commas between
  --minutes N      how long kube-scheduler and kube-controller-manager are to stay healthy; default 10
  --no-report      print the results, write no page`;

const root = join(import.meta.dirname, '../..');
const page = join(root, 'docs/reference/clients.md');
const minuteMs = 60_000;

interface ClientsOptions {
  readonly suites: readonly ClientSuite[];
  readonly soakMinutes: number;
  readonly isReported: boolean;
}

/** Throws an error whose message is for the person who typed it. */
function readOptions(args: readonly string[]): ClientsOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      only: { type: 'string', default: clientSuites.map(({ id }) => id).join(',') },
      minutes: { type: 'string', default: '10' },
      'no-report': { type: 'boolean', default: false },
    },
  });
  const suites = values.only.split(',').map(name => {
    const suite = clientSuites.find(({ id }) => id === name);
    if (suite === undefined) throw new Error(`--only knows no ${JSON.stringify(name)}`);
    return suite;
  });
  const soakMinutes = Number(values.minutes);
  if (!(soakMinutes >= 0)) throw new Error(`--minutes needs a number, not ${JSON.stringify(values.minutes)}`);
  return { suites, soakMinutes, isReported: !values['no-report'] };
}

async function runAll(options: ClientsOptions, signal: AbortSignal): Promise<number> {
  process.env['SAMPAN_SOAK_MINUTES'] = String(options.soakMinutes);
  let failures = 0;
  for (const suite of options.suites) {
    const result = await runSuite(suite, options.soakMinutes, signal);
    failures += result.tests.filter(({ outcome }) => outcome === 'failed').length;
    if (options.isReported) writeResult(result);
    if (signal.aborted) break;
  }
  return failures;
}

async function runSuite(suite: ClientSuite, soakMinutes: number, signal: AbortSignal): Promise<ClientResult> {
  const commit = execFileSync('git', ['rev-parse', '--short=10', 'HEAD'], { cwd: root, encoding: 'utf8' }).trim();
  const version = await prepare(suite);
  console.log(`── ${suite.title} ${version} at ${commit}`);
  const limits = { testTimeoutMs: (10 + soakMinutes) * minuteMs, fileTimeoutMs: (15 + soakMinutes) * minuteMs };
  const results: TestFileResult[] = [];
  for (const file of suite.files) {
    const result = await runTestFile(join(root, file), { cwd: root, ...limits, signal });
    console.log(formatFile(result, root));
    results.push(result);
  }
  const seconds = results.reduce((sum, { durationMs }) => sum + durationMs / 1000, 0);
  return { title: suite.title, version, commit, seconds, tests: results.flatMap(listTests) };
}

/** Brings the programs; resolves to the version that runs. */
async function prepare({ programs, version, kubectl }: ClientSuite): Promise<string> {
  await buildPrograms(programs);
  if (kubectl === undefined) return version;
  const path = await findKubectl(kubectl.minor, kubectl.program);
  process.env['SAMPAN_TEST_KUBECTLS'] = `${kubectl.minor}=${path}`;
  return readKubectlVersion(path);
}

/** What a file as a whole failed of counts as a test that failed. */
function listTests({ outcomes, trouble, file }: TestFileResult): ClientResult['tests'] {
  const tests = outcomes.map(({ name, outcome }) => ({ name, outcome }));
  const isSilent = outcomes.length === 0;
  if (trouble === '' && !isSilent) return tests;
  return [...tests, { name: `${file.split('/').at(-1)}: ${trouble || 'holds no test'}`, outcome: 'failed' }];
}

function writeResult(result: ClientResult): void {
  const before = existsSync(page) ? readFileSync(page, 'utf8') : '';
  writeFileSync(
    page,
    updatePage(
      before,
      [result],
      clientSuites.map(({ title }) => title),
    ),
  );
}

const args = process.argv.slice(2);
if (args.includes('--help')) {
  console.log(usage);
} else {
  const stop = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => stop.abort(name));
  try {
    process.exitCode = (await runAll(readOptions(args), stop.signal)) === 0 ? 0 : 1;
  } catch (error) {
    console.error(`clients: ${(error as Error).message}`);
    process.exitCode = 2;
  }
}
