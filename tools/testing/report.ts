import { relative } from 'node:path';
import type { TestFileResult } from './run-test-file.ts';

export interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

export function countNothing(): Counts {
  return { passed: 0, failed: 0, skipped: 0 };
}

export function addCounts(sum: Counts, more: Counts): void {
  sum.passed += more.passed;
  sum.failed += more.failed;
  sum.skipped += more.skipped;
}

/** A file that failed as a whole, or that held no test at all, counts as one failure: silence is not success. */
export function countFile({ outcomes, trouble }: TestFileResult): Counts {
  const counts = countNothing();
  for (const { outcome } of outcomes) counts[outcome]++;
  if (trouble !== '' || outcomes.length === 0) counts.failed++;
  return counts;
}

/** The one line that ends a run, which continuous integration reads. */
export function formatSummary({ passed, failed, skipped }: Counts): string {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`;
}

/** A line for the file, then each failure with its error, and what the file printed when something failed. */
export function formatFile(result: TestFileResult, root: string): string {
  const { passed, failed, skipped } = countFile(result);
  const seconds = (result.durationMs / 1000).toFixed(1);
  const counts = [`${passed} passed`, failed > 0 ? `${failed} failed` : '', skipped > 0 ? `${skipped} skipped` : ''];
  const head = `${failed > 0 ? '✖' : '✔'} ${result.file}: ${counts.filter(Boolean).join(' · ')} (${seconds} s)`;
  return [head, ...formatSkips(result), ...(failed > 0 ? formatFailures(result, root) : [])].join('\n');
}

/** A test that did not run must not look like one that did: each is named, with its reason. */
function formatSkips({ outcomes }: TestFileResult): string[] {
  const skipped = outcomes.filter(({ outcome }) => outcome === 'skipped');
  return skipped.map(({ name, reason }) => `  ﹣ skipped: ${name}${reason === '' ? '' : ` (${reason})`}`);
}

function formatFailures({ outcomes, trouble, output }: TestFileResult, root: string): string[] {
  const failures = outcomes
    .filter(({ outcome, error }) => outcome === 'failed' && error !== '')
    .map(({ name, place, error }) => `  ✖ ${name}\n    at ${relative(root, place)}\n${indent(error, 4)}`);
  if (trouble !== '') failures.push(`  ✖ ${trouble}`);
  else if (outcomes.length === 0) failures.push('  ✖ holds no test');
  if (output !== '') failures.push(`  it printed:\n${indent(output.trimEnd(), 4)}`);
  return failures;
}

function indent(text: string, columns: number): string {
  return text.replaceAll(/^/gm, ' '.repeat(columns));
}
