import type { Job, JobStatus, Pod } from '../../api/generated/index.ts';
import { parseTime } from '../../world/index.ts';
import { isPodActive, isPodFinished, isPodReady } from '../pod-facts.ts';
import { formatIndexes, indexOf, isIndexed, parseIndexes } from './completion-index.ts';
import { judgeFailure } from './pod-failure-policy.ts';

export const trackingFinalizer = 'batch.kubernetes.io/job-tracking';

/**
 * What has become of a Job's pods. Each pod's end must count exactly once, though pods vanish and controllers restart.
 * So (as upstream): the pod keeps a finalizer until its uid stands in the status' uncounted list; only when the
 * finalizer is off does the uid leave the list and the counter grow.
 */
export interface JobTally {
  readonly active: readonly Pod[];
  readonly terminating: number;
  readonly ready: number;
  readonly succeeded: number;
  readonly failed: number;
  readonly succeededIndexes: ReadonlySet<number>;
  /** The status' counters as they should be now. */
  readonly counters: Pick<JobStatus, 'succeeded' | 'failed' | 'completedIndexes' | 'uncountedTerminatedPods'>;
  readonly hasUncounted: boolean;
  /** Pods whose finalizer may go: the stored status knows of them. */
  readonly settled: readonly Pod[];
  /** A podFailurePolicy says that the whole Job has failed. */
  readonly policyFailure: string | undefined;
  /** When the last failure was, in milliseconds since the epoch; how many there were since the last success. */
  readonly lastFailureMs: number;
  readonly recentFailures: number;
}

export function tallyJob(job: Job, pods: readonly Pod[], isFailing: boolean): JobTally {
  const stored = job.status?.uncountedTerminatedPods;
  const tracked = new Map(pods.filter(isTracked).map(pod => [pod.metadata.uid ?? '', pod]));
  const succeeded = new Set((stored?.succeeded ?? []).filter(uid => tracked.has(uid)));
  const failed = new Set((stored?.failed ?? []).filter(uid => tracked.has(uid)));
  const flushedSucceeded = (stored?.succeeded?.length ?? 0) - succeeded.size;
  const flushedFailed = (stored?.failed?.length ?? 0) - failed.size;
  const settled = [...succeeded, ...failed].map(uid => tracked.get(uid)!);
  const indexes = parseIndexes(job.status?.completedIndexes);
  let policyFailure: string | undefined;
  for (const [uid, pod] of tracked) {
    if (succeeded.has(uid) || failed.has(uid)) continue;
    if (pod.status?.phase === 'Succeeded') {
      if (!isIndexed(job)) succeeded.add(uid);
      else if (isOpenIndex(job, pod, indexes)) {
        indexes.add(indexOf(pod)!);
        succeeded.add(uid);
      } else settled.push(pod);
    } else if (hasFailed(job, pod) || isFailing) {
      const verdict = judgeFailure(job, pod);
      policyFailure ??= verdict.jobFailure;
      if (verdict.counts) failed.add(uid);
      else settled.push(pod);
    }
  }
  const active = pods.filter(isPodActive);
  const succeededCount = isIndexed(job) ? indexes.size : (job.status?.succeeded ?? 0) + flushedSucceeded;
  const failedCount = (job.status?.failed ?? 0) + flushedFailed;
  return {
    active,
    terminating: pods.filter(pod => pod.metadata.deletionTimestamp !== undefined && !isPodFinished(pod)).length,
    ready: active.filter(isPodReady).length,
    succeeded: isIndexed(job) ? indexes.size : succeededCount + succeeded.size,
    failed: failedCount + failed.size,
    succeededIndexes: indexes,
    counters: {
      succeeded: succeededCount === 0 ? undefined : succeededCount,
      failed: failedCount === 0 ? undefined : failedCount,
      completedIndexes: isIndexed(job) && indexes.size > 0 ? formatIndexes(indexes) : job.status?.completedIndexes,
      uncountedTerminatedPods: {
        succeeded: succeeded.size === 0 ? undefined : [...succeeded],
        failed: failed.size === 0 ? undefined : [...failed],
      },
    },
    hasUncounted: succeeded.size + failed.size > 0,
    settled,
    policyFailure,
    ...recentFailures(pods),
  };
}

export function isTracked(pod: Pod): boolean {
  return pod.metadata.finalizers?.includes(trackingFinalizer) === true;
}

function isOpenIndex(job: Job, pod: Pod, completed: ReadonlySet<number>): boolean {
  const index = indexOf(pod);
  return index !== undefined && index < (job.spec?.completions ?? 0) && !completed.has(index);
}

/** Kubernetes: a pod on its way out counts as failed at once, unless the Job only replaces what has really ended. */
function hasFailed(job: Job, pod: Pod): boolean {
  if (pod.status?.phase === 'Failed') return true;
  return pod.metadata.deletionTimestamp !== undefined && job.spec?.podReplacementPolicy !== 'Failed';
}

function recentFailures(pods: readonly Pod[]): { readonly lastFailureMs: number; readonly recentFailures: number } {
  const lastSuccessMs = Math.max(0, ...pods.filter(pod => pod.status?.phase === 'Succeeded').map(finishedMs));
  const failures = pods
    .filter(pod => pod.status?.phase === 'Failed')
    .map(finishedMs)
    .filter(at => at >= lastSuccessMs);
  return { lastFailureMs: Math.max(0, ...failures), recentFailures: failures.length };
}

function finishedMs(pod: Pod): number {
  const ends = (pod.status?.containerStatuses ?? []).map(
    status => parseTime(status.state?.terminated?.finishedAt) || 0,
  );
  return Math.max(0, ...ends);
}
