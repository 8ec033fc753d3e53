import type { Comparison } from './beside-upstream.ts';
import type { Tally } from './fuzz-run.ts';
import type { FuzzOutcome } from './fuzz-server.ts';

/** A table of verbs and statuses, in markdown. */
export function formatTally({ byOutcome }: Pick<Tally, 'byOutcome'>): string {
  const statuses = [...new Set([...byOutcome.keys()].map(key => key.split(' ')[1]!))].sort();
  const verbs = [...new Set([...byOutcome.keys()].map(key => key.split(' ')[0]!))].sort();
  const row = (cells: readonly (string | number)[]): string => `| ${cells.join(' | ')} |`;
  const lines = verbs.map(verb => row([verb, ...statuses.map(status => byOutcome.get(`${verb} ${status}`) ?? '')]));
  return [row(['', ...statuses]), row(['---', ...statuses.map(() => '---:')]), ...lines].join('\n');
}

export function formatFailures({ failures }: Tally, shown: number): string {
  const ranked = [...failures.values()].sort((a, b) => b.count - a.count);
  const texts = ranked
    .slice(0, shown)
    .map(
      ({ index, count, problem, reproduction }) =>
        `${count} × ${problem}\n    first in scenario ${index}: ${reproduction}`,
    );
  if (ranked.length > shown) texts.push(`… and ${ranked.length - shown} more kinds`);
  return texts.join('\n');
}

/** What is accepted or refused wrongly first, who owns which field last. */
function weightOf(key: string): number {
  if (key.includes('managedFields')) return 3;
  if (/: object (lacks|has too|differs)/.test(key)) return 1;
  return /warning|page not found/.test(key) ? 2 : 0;
}

export function formatComparison({ requests, different, differences }: Comparison, shown: number): string {
  const ranked = [...differences].sort(([one, a], [other, b]) => weightOf(one) - weightOf(other) || b.count - a.count);
  const texts = ranked
    .slice(0, shown)
    .map(
      ([key, { index, count, problem, reproduction }]) =>
        `${count} × ${key}\n      ${problem}\n      first in scenario ${index}: ${reproduction}`,
    );
  return [...texts, `${requests} requests, ${different} answered differently, in ${ranked.length} ways`].join('\n');
}

export function formatOutcome(outcome: FuzzOutcome, shown: number): string {
  const { tally, elapsedMs, objects, writtenBack, longestWaitMs, memoryMaxBytes, problems } = outcome;
  const rate = Math.round(tally.requests / (elapsedMs / 1_000));
  return [
    formatTally(tally),
    `${tally.requests} requests in ${(elapsedMs / 1_000).toFixed(1)} s (${rate}/s); slowest answer ${Math.round(tally.slowestMs)} ms (${tally.slowest})`,
    `${objects} objects in the end, ${writtenBack} written back; longest wait of a probe ${Math.round(longestWaitMs)} ms; memory at most ${Math.round(memoryMaxBytes / 1e6)} MB`,
    formatFailures(tally, shown),
    ...problems.slice(0, shown),
    ...(problems.length > shown ? [`… and ${problems.length - shown} more problems`] : []),
    `${tally.failures.size} kinds of wrong answers, ${problems.length} other problems`,
  ].join('\n');
}
