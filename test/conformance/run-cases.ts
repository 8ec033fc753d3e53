import { spawn } from 'node:child_process';
import { createWriteStream, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Suite } from './build-suite.ts';
import type { ConformanceCase } from './conformance-case.ts';

export interface CaseResult {
  readonly outcome: 'pass' | 'fail';
  readonly seconds: number;
  /** What failed and where, as the suite says it. */
  readonly failure?: string | undefined;
}

export interface RunOptions {
  readonly suite: Suite;
  readonly kubeconfig: string;
  /** Where reports and logs go. */
  readonly directory: string;
  readonly procs: number;
  readonly timeoutMinutes: number;
}

/** What of ginkgo's report is looked at. */
interface SpecReport {
  readonly ContainerHierarchyTexts: readonly string[] | null;
  readonly LeafNodeText: string;
  readonly LeafNodeType: string;
  readonly State: string;
  /** Nanoseconds. */
  readonly RunTime: number;
  readonly Failure?: { readonly Message: string; readonly Location?: { FileName: string; LineNumber: number } };
}

/**
 * Runs the cases; the results of those that ran, by name. Those marked [Serial] have a run of their own behind the others,
 * so that one that hangs takes none of them along. Rejects where the suite could not be run at all.
 */
export async function runCases(
  cases: readonly ConformanceCase[],
  options: RunOptions,
): Promise<ReadonlyMap<string, CaseResult>> {
  const isSerial = ({ name }: ConformanceCase): boolean => name.includes('[Serial]');
  const together = await runBatch(
    'parallel',
    cases.filter(one => !isSerial(one)),
    options,
  );
  const alone = await runBatch('serial', cases.filter(isSerial), { ...options, procs: 1 });
  return new Map([...together, ...alone]);
}

async function runBatch(
  name: string,
  cases: readonly ConformanceCase[],
  options: RunOptions,
): Promise<ReadonlyMap<string, CaseResult>> {
  if (cases.length === 0) return new Map();
  const directory = join(options.directory, name);
  mkdirSync(directory, { recursive: true });
  const report = join(directory, 'report.json');
  rmSync(report, { force: true });
  await runGinkgo(cases, { ...options, directory });
  if (!existsSync(report)) throw new Error(`the suite wrote no report: see ${join(directory, 'suite.log')}`);
  return readReport(report, new Set(cases.map(one => one.name)));
}

function runGinkgo(cases: readonly ConformanceCase[], options: RunOptions): Promise<void> {
  const { suite, kubeconfig, directory, procs, timeoutMinutes } = options;
  const log = createWriteStream(join(directory, 'suite.log'));
  const runnerArgs = [
    `--procs=${procs}`,
    `--timeout=${timeoutMinutes}m`,
    '--no-color',
    `--output-dir=${directory}`,
    '--json-report=report.json',
    `--focus=${cases.map(({ name }) => quote(name)).join('|')}`,
  ];
  const suiteArgs = [
    '--provider=skeleton',
    `--kubeconfig=${kubeconfig}`,
    `--kubectl-path=${suite.kubectl}`,
    `--report-dir=${directory}`,
    '--disable-log-dump',
    '--dump-logs-on-failure=false',
  ];
  return new Promise((resolve, reject) => {
    const env = { ...process.env, KUBECONFIG: kubeconfig };
    const child = spawn(suite.ginkgo, [...runnerArgs, suite.e2e, '--', ...suiteArgs], {
      cwd: directory,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child.stdout.pipe(log, { end: false });
    child.stderr.pipe(log, { end: false });
    // Interrupted, it still has its cases clean up and writes its report.
    const stop = (): void => void child.kill('SIGINT');
    process.once('SIGINT', stop).once('SIGTERM', stop);
    child.on('error', reject);
    // Its exit code only says whether a case has failed.
    child.on('close', () => log.end(resolve));
  });
}

function readReport(file: string, names: ReadonlySet<string>): ReadonlyMap<string, CaseResult> {
  const suites = JSON.parse(readFileSync(file, 'utf8')) as { readonly SpecReports: readonly SpecReport[] | null }[];
  const results = new Map<string, CaseResult>();
  for (const spec of suites.flatMap(suite => suite.SpecReports ?? [])) {
    const name = [...(spec.ContainerHierarchyTexts ?? []), spec.LeafNodeText].join(' ');
    if (spec.LeafNodeType !== 'It' || !names.has(name) || !hasRun(spec)) continue;
    const outcome = spec.State === 'passed' ? 'pass' : 'fail';
    const failure = outcome === 'pass' ? undefined : describe(spec);
    results.set(name, { outcome, seconds: spec.RunTime / 1e9, failure });
  }
  return results;
}

/** Skipped by the focus, or by the case itself: either way it proves nothing. */
function hasRun({ State }: SpecReport): boolean {
  return State !== 'skipped' && State !== 'pending' && State !== '';
}

function describe({ State, Failure }: SpecReport): string {
  if (Failure === undefined) return State;
  const place = Failure.Location === undefined ? '' : ` (${Failure.Location.FileName}:${Failure.Location.LineNumber})`;
  return `${Failure.Message}${place}`;
}

/** For Go's regular expressions. */
function quote(name: string): string {
  return name.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}
