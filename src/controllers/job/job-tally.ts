import type { Job, JobStatus, Pod } from '../../api/generated/index.ts';
import { isPodActive, isPodFinished, isPodReady } from '../pod-facts.ts';
import { formatIndexes, indexOf, isIndexed, isOpenIndex, parseIndexes } from './completion-index.ts';
import { failsIndex, findPredecessors, hasIndexLimit } from './index-failures.ts';
import { finishedMs, hasFailed, isTracked } from './job-pods.ts';
import { judgeFailure } from './pod-failure-policy.ts';

/** Kubernetes: MaxUncountedPods keeps the status small and big Jobs from starving others. */
const uncountedMax = 500;

/** How the Job is already known to end. */
export type JobEnding = 'succeeding' | 'failing' | undefined;

/**
 * What has become of a Job's pods. Each pod's end must count exactly once, though pods vanish and controllers restart.
 * So (as upstream): the pod keeps a finalizer until its uid stands in the status' uncounted list; only when the
 * finalizer is off does the uid leave the list and the counter grow.
 */
export interface JobTally {
  readonly active: readonly Pod[];
  readonly terminating: readonly Pod[];
  readonly ready: number;
  readonly succeeded: number;
  readonly failed: number;
  readonly succeededIndexes: ReadonlySet<number>;
  /** Only where each index has a limit of its own. */
  readonly failedIndexes: ReadonlySet<number> | undefined;
  /** Failed pods that wait for their replacement, by index. */
  readonly predecessors: ReadonlyMap<number, Pod>;
  /** The status' counters as they should be now. */
  readonly counters: Pick<
    JobStatus,
    'succeeded' | 'failed' | 'completedIndexes' | 'failedIndexes' | 'uncountedTerminatedPods'
  >;
  readonly hasUncounted: boolean;
  /** Pods whose finalizer may go: the stored status knows of them, or need not. */
  readonly settled: readonly Pod[];
  /** A podFailurePolicy says that the whole Job has failed. */
  readonly policyFailure: string | undefined;
  /** When the last failure was, in milliseconds since the epoch; how many there were since the last success. */
  readonly lastFailureMs: number;
  readonly recentFailures: number;
}

export function tallyJob(job: Job, pods: readonly Pod[], ending: JobEnding): JobTally {
  const tracked = pods.filter(isTracked).sort(compareIndexes);
  const indexes = countIndexes(job, pods, tracked);
  const ledger = new Ledger(job, tracked);
  for (const pod of tracked) {
    if (!ledger.isFull) ledger.enter(pod, ending, indexes);
  }
  const isByIndex = isIndexed(job);
  const active = pods.filter(isPodActive);
  return {
    active,
    terminating: pods.filter(pod => pod.metadata.deletionTimestamp !== undefined && !isPodFinished(pod)),
    ready: active.filter(isPodReady).length,
    succeeded: isByIndex ? indexes.succeeded.size : ledger.succeededBefore + ledger.succeeded.size,
    failed: ledger.failedBefore + ledger.failed.size + ledger.delayedCount,
    succeededIndexes: indexes.succeeded,
    failedIndexes: indexes.failed,
    predecessors: indexes.predecessors,
    counters: {
      succeeded: orAbsent(isByIndex ? indexes.succeeded.size : ledger.succeededBefore),
      failed: orAbsent(ledger.failedBefore),
      completedIndexes: indexes.succeeded.size === 0 ? undefined : formatIndexes(indexes.succeeded),
      failedIndexes: indexes.failed === undefined ? undefined : formatIndexes(indexes.failed),
      uncountedTerminatedPods: {
        succeeded: ledger.succeeded.size === 0 ? undefined : [...ledger.succeeded],
        failed: ledger.failed.size === 0 ? undefined : [...ledger.failed],
      },
    },
    hasUncounted: ledger.succeeded.size + ledger.failed.size > 0,
    settled: ledger.settled,
    policyFailure: ledger.policyFailure,
    ...countRecentFailures(job, pods),
  };
}

function orAbsent(count: number): number | undefined {
  return count === 0 ? undefined : count;
}

interface IndexTally {
  /** Those that the stored status names: a pod of such an index adds nothing. */
  readonly known: ReadonlySet<number>;
  readonly succeeded: ReadonlySet<number>;
  readonly failed: ReadonlySet<number> | undefined;
  readonly predecessors: ReadonlyMap<number, Pod>;
}

function countIndexes(job: Job, pods: readonly Pod[], tracked: readonly Pod[]): IndexTally {
  const none = { known: new Set<number>(), succeeded: new Set<number>(), failed: undefined, predecessors: new Map() };
  if (!isIndexed(job)) return none;
  const limit = job.spec?.completions ?? 0;
  const known = parseIndexes(job.status?.completedIndexes, limit);
  const succeeded = new Set(known);
  for (const pod of tracked) {
    const index = indexOf(pod);
    if (pod.status?.phase === 'Succeeded' && isOpenIndex(job, index)) succeeded.add(index);
  }
  if (!hasIndexLimit(job)) return { ...none, known, succeeded };
  const failed = parseIndexes(job.status?.failedIndexes, limit);
  for (const pod of tracked) {
    const index = indexOf(pod);
    if (isOpenIndex(job, index) && hasFailed(job, pod) && failsIndex(job, pod)) failed.add(index);
  }
  const predecessors = findPredecessors(job, pods, index => succeeded.has(index) || failed.has(index));
  return { known, succeeded, failed, predecessors };
}

/** Whose end is on record, whose is new, and who may be let go. */
class Ledger {
  readonly succeeded: Set<string>;
  readonly failed: Set<string>;
  readonly succeededBefore: number;
  readonly failedBefore: number;
  readonly settled: Pod[] = [];
  policyFailure: string | undefined;
  /** Failures that are not on record yet, because their pods wait for a replacement. */
  delayedCount = 0;
  readonly #job: Job;

  constructor(job: Job, tracked: readonly Pod[]) {
    this.#job = job;
    const uids = new Set(tracked.map(pod => pod.metadata.uid ?? ''));
    const stored = job.status?.uncountedTerminatedPods;
    this.succeeded = new Set(stored?.succeeded?.filter(uid => uids.has(uid)));
    this.failed = new Set(stored?.failed?.filter(uid => uids.has(uid)));
    this.succeededBefore = (job.status?.succeeded ?? 0) + (stored?.succeeded?.length ?? 0) - this.succeeded.size;
    this.failedBefore = (job.status?.failed ?? 0) + (stored?.failed?.length ?? 0) - this.failed.size;
  }

  get isFull(): boolean {
    return this.succeeded.size + this.failed.size >= uncountedMax;
  }

  enter(pod: Pod, ending: JobEnding, indexes: IndexTally): void {
    const { uid = '' } = pod.metadata;
    if (this.succeeded.has(uid) || this.failed.has(uid)) this.settled.push(pod);
    else if (pod.status?.phase === 'Succeeded') this.#enterSuccess(pod, uid, indexes);
    // Whatever still ran when the Job succeeded neither succeeded nor failed.
    else if (ending === 'succeeding' && pod.status?.phase !== 'Failed') this.settled.push(pod);
    else if (hasFailed(this.#job, pod) || ending === 'failing') this.#enterFailure(pod, uid, ending, indexes);
  }

  /** An index on record says enough; it needs no uid. */
  #enterSuccess(pod: Pod, uid: string, { known }: IndexTally): void {
    if (!isIndexed(this.#job)) {
      this.succeeded.add(uid);
      return;
    }
    const index = indexOf(pod);
    if (known.has(index ?? -1) || !isOpenIndex(this.#job, index)) this.settled.push(pod);
  }

  #enterFailure(pod: Pod, uid: string, ending: JobEnding, { predecessors }: IndexTally): void {
    const verdict = judgeFailure(this.#job, pod);
    this.policyFailure ??= verdict.jobFailure;
    const index = indexOf(pod);
    const counts = verdict.counts && (!isIndexed(this.#job) || isOpenIndex(this.#job, index));
    if (ending === undefined && predecessors.get(index ?? -1) === pod) {
      if (counts) this.delayedCount++;
    } else if (counts) this.failed.add(uid);
    else this.settled.push(pod);
  }
}

function compareIndexes(a: Pod, b: Pod): number {
  return (indexOf(a) ?? -1) - (indexOf(b) ?? -1);
}

/**
 * Differs from Kubernetes: there the back-off is in the controller's memory; here it follows from the pods that are still
 * there, which failed ones are until their Job is deleted.
 */
function countRecentFailures(
  job: Job,
  pods: readonly Pod[],
): { readonly lastFailureMs: number; readonly recentFailures: number } {
  // What a suspension deleted is no failure.
  const wasSuspended = job.status?.conditions?.some(each => each.type === 'Suspended') === true;
  let lastSuccessMs = 0;
  for (const pod of pods) {
    if (pod.status?.phase === 'Succeeded') lastSuccessMs = Math.max(lastSuccessMs, finishedMs(pod));
  }
  let lastFailureMs = 0;
  let recentFailures = 0;
  for (const pod of pods) {
    if (!hasFailed(job, pod) || (wasSuspended && pod.status?.phase !== 'Failed' && !isTracked(pod))) continue;
    const endMs = finishedMs(pod);
    if (endMs <= lastSuccessMs) continue;
    recentFailures++;
    lastFailureMs = Math.max(lastFailureMs, endMs);
  }
  return { lastFailureMs, recentFailures };
}
