import type { Job, Pod } from '../../api/generated/index.ts';
import { isPodActive } from '../pod-facts.ts';
import { indexOf, isOpenIndex } from './completion-index.ts';
import { finishedMs, hasFailed, isTracked } from './job-pods.ts';
import { judgeFailure } from './pod-failure-policy.ts';

/** How often pods of an index have failed before this one; the count moves on from pod to pod. */
const failureCountAnnotation = 'batch.kubernetes.io/job-index-failure-count';
const ignoredCountAnnotation = 'batch.kubernetes.io/job-index-ignored-failure-count';

/** Kubernetes: each index has a back-off and a limit of its own once backoffLimitPerIndex is set. */
export function hasIndexLimit(job: Job): boolean {
  return job.spec?.backoffLimitPerIndex !== undefined;
}

/** Whether this pod's failure means that its index has failed for good. */
export function failsIndex(job: Job, pod: Pod): boolean {
  const verdict = judgeFailure(job, pod);
  if (verdict.failsIndex === true) return true;
  return verdict.counts && countOf(pod, failureCountAnnotation) >= (job.spec?.backoffLimitPerIndex ?? 0);
}

/**
 * The latest failed pod of each index that waits for its replacement: it keeps its finalizer until then, because the
 * replacement takes over its count.
 */
export function findPredecessors(job: Job, pods: readonly Pod[], isOver: (index: number) => boolean): Map<number, Pod> {
  const active = new Set(pods.filter(isPodActive).map(indexOf));
  const predecessors = new Map<number, Pod>();
  for (const pod of pods) {
    const index = indexOf(pod);
    if (!isTracked(pod) || !hasFailed(job, pod) || !isOpenIndex(job, index)) continue;
    if (active.has(index) || isOver(index)) continue;
    const before = predecessors.get(index);
    if (before === undefined || isLater(pod, before)) predecessors.set(index, pod);
  }
  return predecessors;
}

function isLater(pod: Pod, before: Pod): boolean {
  return failuresOf(pod) >= failuresOf(before) && finishedMs(pod) >= finishedMs(before);
}

/** Failures of the pod's index before this pod, those that a policy ignores included. */
export function failuresOf(pod: Pod): number {
  return countOf(pod, failureCountAnnotation) + countOf(pod, ignoredCountAnnotation);
}

/** What the replacement of `predecessor` (or the first pod of an index) carries. */
export function countFailures(job: Job, predecessor: Pod | undefined): Record<string, string> {
  if (predecessor === undefined) return { [failureCountAnnotation]: '0' };
  const doesCount = judgeFailure(job, predecessor).counts;
  const counted = countOf(predecessor, failureCountAnnotation) + (doesCount ? 1 : 0);
  const ignored = countOf(predecessor, ignoredCountAnnotation) + (doesCount ? 0 : 1);
  return {
    [failureCountAnnotation]: String(counted),
    ...(ignored > 0 ? { [ignoredCountAnnotation]: String(ignored) } : {}),
  };
}

function countOf(pod: Pod, annotation: string): number {
  const count = Number(pod.metadata.annotations?.[annotation] ?? 0);
  return Number.isInteger(count) && count >= 0 && count <= 2147483647 ? count : 0;
}
