import type { ConformanceCase } from './conformance-case.ts';
import type { CaseResult } from './run-cases.ts';

/** What is known of one case: the last time it ran. */
export interface TableRow {
  readonly outcome: 'pass' | 'fail' | 'not run';
  /** Absent for a case that has not run. */
  readonly seconds?: number | undefined;
  readonly commit?: string | undefined;
}

export type ResultTable = ReadonlyMap<string, TableRow>;

const descriptions: Readonly<Record<string, string>> = {
  A: 'the API server only',
  B: 'controllers and scheduler; pods only have to be reported Running, Succeeded or deleted',
  C: 'real containers on one node',
  D: 'pod networking',
  E: 'a webhook or aggregated API server in the cluster',
  F: 'two schedulable nodes',
};

/** Reads the rows of a table that `formatTable` wrote. */
export function readTable(text: string): ResultTable {
  const rows = new Map<string, TableRow>();
  for (const line of text.split('\n')) {
    const match = /^\| (pass|fail|not run) \| ([\d.]*) \| [\d.]* \| (\w*) \| (.*) \|$/.exec(line);
    if (match === null) continue;
    const [, outcome, seconds = '', commit = '', name = ''] = match;
    rows.set(name, {
      outcome: outcome as TableRow['outcome'],
      seconds: seconds === '' ? undefined : Number(seconds),
      commit: commit === '' ? undefined : commit,
    });
  }
  return rows;
}

/** The table with the results of a run in place of older ones. A case that was asked to run and did not is `not run`. */
export function updateTable(
  table: ResultTable,
  asked: readonly ConformanceCase[],
  results: ReadonlyMap<string, CaseResult>,
  commit: string,
): ResultTable {
  const updated = new Map(table);
  for (const { name } of asked) {
    const result = results.get(name);
    updated.set(name, result === undefined ? { outcome: 'not run' } : { ...result, commit });
  }
  return updated;
}

/** The page: a summary, then every case of every class in the order of the list. */
export function formatTable(cases: readonly ConformanceCase[], table: ResultTable): string {
  const classes = [...new Set(cases.map(one => one.class))].sort();
  return [
    "# Kubernetes' conformance suite v1.36",
    '',
    'Written by `npm run conformance`, which runs the cases whole and unmodified. Each row tells of the last time that its',
    'case ran: how long it took here, how long a certified cluster took, and the commit. Classes say what a case needs.',
    'Classes A and F run with two simulated nodes, the others with this machine as a node and real containers, whose images',
    'are built from upstream’s programs and packages of Debian.',
    '',
    '| class | needs | cases | pass | fail | not run |',
    '| --- | --- | ---: | ---: | ---: | ---: |',
    ...classes.map(letter => formatSummary(letter, ofClass(cases, letter), table)),
    formatSummary('all', cases, table),
    ...classes.flatMap(letter => formatClass(letter, ofClass(cases, letter), table)),
    '',
  ].join('\n');
}

function ofClass(cases: readonly ConformanceCase[], letter: string): readonly ConformanceCase[] {
  return cases.filter(one => one.class === letter);
}

function formatSummary(label: string, cases: readonly ConformanceCase[], table: ResultTable): string {
  const count = (outcome: TableRow['outcome']): number =>
    cases.filter(one => rowOf(table, one).outcome === outcome).length;
  const counts = [cases.length, count('pass'), count('fail'), count('not run')];
  return `| ${[label, descriptions[label] ?? '', ...counts].join(' | ')} |`;
}

function formatClass(letter: string, cases: readonly ConformanceCase[], table: ResultTable): readonly string[] {
  return [
    '',
    `## Class ${letter}`,
    '',
    '| result | seconds | reference | commit | case |',
    '| --- | ---: | ---: | --- | --- |',
    ...cases.map(one => formatRow(one, rowOf(table, one))),
  ];
}

function formatRow({ name, referenceSeconds }: ConformanceCase, { outcome, seconds, commit }: TableRow): string {
  const cells = [outcome, seconds?.toFixed(1) ?? '', referenceSeconds?.toFixed(1) ?? '', commit ?? '', name];
  return `| ${cells.join(' | ')} |`;
}

function rowOf(table: ResultTable, { name }: ConformanceCase): TableRow {
  return table.get(name) ?? { outcome: 'not run' };
}
