import type { Job } from '../../api/generated/index.ts';
import { parseIndexes } from './completion-index.ts';

/** Why the Job has succeeded by its successPolicy; undefined as long as no rule is met. The first that is decides. */
export function matchSuccessPolicy(job: Job, succeeded: ReadonlySet<number>): string | undefined {
  if (succeeded.size === 0) return undefined;
  for (const [position, rule] of (job.spec?.successPolicy?.rules ?? []).entries()) {
    if (isMet(job, rule, succeeded)) return `Matched rules at index ${position}`;
  }
  return undefined;
}

function isMet(
  job: Job,
  rule: { readonly succeededIndexes?: string | undefined; readonly succeededCount?: number | undefined },
  succeeded: ReadonlySet<number>,
): boolean {
  const { succeededIndexes, succeededCount } = rule;
  if (succeededIndexes === undefined) return succeededCount !== undefined && succeeded.size >= succeededCount;
  const required = parseIndexes(succeededIndexes, job.spec?.completions);
  if (required.size === 0) return false;
  let met = 0;
  for (const index of required) if (succeeded.has(index)) met++;
  return met === required.size || (succeededCount !== undefined && met >= succeededCount);
}
