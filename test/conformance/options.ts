import { parseArgs } from 'node:util';

export const usage = `usage: npm run conformance -- --class A[,B…] [--focus REGEX] [FLAGS]

Runs cases of Kubernetes' own conformance suite, whole and unmodified, against a fresh Sampan, and writes
docs/reference/conformance.md. Needs Go (only this command does), and builds the suite at the first run. Where nodes are
real it also builds the images that the cases run, for which it needs Debian's apt and busybox-static.

  --class LETTERS     classes of cases to run: A, B, C, D, E, F, with commas between
  --focus REGEX       only the cases whose names match; others keep the result of an earlier run
  --unpassed          only the cases that the table does not show to have passed
  --cases FILE        the list of cases; default ../shared/conformance/cases-v1.36.csv
  --nodes NODES       as of sampan up; default simulated:2 for the classes A and F, real for the others
  --procs N           cases at once (upstream's own runs have 4); default 3
  --timeout MINUTES   for the cases of a class that run together, and for those that run alone; default 60
  --keep              leave the data directory and the logs of the cluster
  --no-report         print the results, write no table`;

export interface ConformanceOptions {
  readonly classes: readonly string[];
  readonly focus: RegExp | undefined;
  readonly isUnpassedOnly: boolean;
  readonly casesFile: string;
  readonly nodes: string | undefined;
  readonly procs: number;
  readonly timeoutMinutes: number;
  readonly isKept: boolean;
  readonly isReported: boolean;
}

/** Throws an error whose message is for the person who typed it. */
export function readOptions(args: readonly string[], casesFileDefault: string): ConformanceOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      class: { type: 'string' },
      focus: { type: 'string' },
      unpassed: { type: 'boolean', default: false },
      cases: { type: 'string', default: casesFileDefault },
      nodes: { type: 'string' },
      procs: { type: 'string', default: '3' },
      timeout: { type: 'string', default: '60' },
      keep: { type: 'boolean', default: false },
      'no-report': { type: 'boolean', default: false },
    },
  });
  const classes = (values.class ?? '').split(',').filter(letter => letter !== '');
  if (classes.length === 0 || classes.some(letter => !/^[A-F]$/.test(letter))) {
    throw new Error('--class needs letters from A to F, with commas between');
  }
  return {
    classes,
    focus: values.focus === undefined ? undefined : new RegExp(values.focus),
    isUnpassedOnly: values.unpassed,
    casesFile: values.cases,
    nodes: values.nodes,
    procs: readCount('--procs', values.procs),
    timeoutMinutes: readCount('--timeout', values.timeout),
    isKept: values.keep,
    isReported: !values['no-report'],
  };
}

function readCount(flag: string, text: string): number {
  if (/^[1-9]\d{0,3}$/.test(text)) return Number(text);
  throw new Error(`${flag} needs a whole number from 1 on, not ${JSON.stringify(text)}`);
}
