import type { Job, JobCondition } from '../../api/generated/index.ts';
import { formatTime, parseTime } from '../../world/index.ts';
import type { JobTally } from './job-tally.ts';
import { matchSuccessPolicy } from './success-policy.ts';

/** How a Job is going to end: announced first, final once all its pods are gone and counted. */
export interface JobOutcome {
  readonly isSuccess: boolean;
  readonly reason: string;
  readonly message: string;
}

export function findJobCondition(job: Job, type: string): JobCondition | undefined {
  return job.status?.conditions?.find(condition => condition.type === type && condition.status === 'True');
}

export function isJobFinished(job: Job): boolean {
  return findJobCondition(job, 'Complete') !== undefined || findJobCondition(job, 'Failed') !== undefined;
}

/** The end that was announced already, or that is due now. */
export function decideOutcome(job: Job, tally: JobTally, now: number): JobOutcome | undefined {
  const success = findJobCondition(job, 'SuccessCriteriaMet');
  if (success !== undefined) return { isSuccess: true, reason: success.reason ?? '', message: success.message ?? '' };
  const failure = findJobCondition(job, 'FailureTarget');
  if (failure !== undefined) return { isSuccess: false, reason: failure.reason ?? '', message: failure.message ?? '' };
  if (tally.policyFailure !== undefined) {
    return { isSuccess: false, reason: 'PodFailurePolicy', message: tally.policyFailure };
  }
  if (exceedsBackoffLimit(job, tally)) {
    const message = 'Job has reached the specified backoff limit';
    return { isSuccess: false, reason: 'BackoffLimitExceeded', message };
  }
  if (untilDeadlineMs(job, now) === 0) {
    const message = 'Job was active longer than specified deadline';
    return { isSuccess: false, reason: 'DeadlineExceeded', message };
  }
  const indexFailure = judgeIndexes(job, tally);
  if (indexFailure !== undefined) return indexFailure;
  const policyMatch = matchSuccessPolicy(job, tally.succeededIndexes);
  if (policyMatch !== undefined) return { isSuccess: true, reason: 'SuccessPolicy', message: policyMatch };
  if (isComplete(job, tally)) {
    return { isSuccess: true, reason: 'CompletionsReached', message: 'Reached expected number of succeeded pods' };
  }
  return undefined;
}

function judgeIndexes(job: Job, { failedIndexes, succeededIndexes }: JobTally): JobOutcome | undefined {
  if (failedIndexes === undefined || failedIndexes.size === 0) return undefined;
  const { maxFailedIndexes = Number.POSITIVE_INFINITY, completions = 0 } = job.spec ?? {};
  if (failedIndexes.size > maxFailedIndexes) {
    const message = 'Job has exceeded the specified maximal number of failed indexes';
    return { isSuccess: false, reason: 'MaxFailedIndexesExceeded', message };
  }
  if (failedIndexes.size + succeededIndexes.size < completions) return undefined;
  return { isSuccess: false, reason: 'FailedIndexes', message: 'Job has failed indexes' };
}

/** Kubernetes: restarts within pods count as well where pods restart their containers themselves. */
function exceedsBackoffLimit(job: Job, tally: JobTally): boolean {
  const limit = job.spec?.backoffLimit ?? 6;
  if (tally.failed > limit) return true;
  if (job.spec?.template.spec?.restartPolicy !== 'OnFailure') return false;
  let restarts = 0;
  for (const pod of tally.active) {
    for (const status of pod.status?.initContainerStatuses ?? []) restarts += status.restartCount;
    for (const status of pod.status?.containerStatuses ?? []) restarts += status.restartCount;
  }
  return limit === 0 ? restarts > 0 : restarts >= limit;
}

/** Milliseconds until the Job has been active for too long: 0 when it has, undefined when it may take any time. */
export function untilDeadlineMs(job: Job, now: number): number | undefined {
  const seconds = job.spec?.activeDeadlineSeconds;
  const startedAt = parseTime(job.status?.startTime);
  if (seconds === undefined || Number.isNaN(startedAt) || job.spec?.suspend === true) return undefined;
  return Math.max(0, startedAt + seconds * 1000 - now);
}

/** Without `completions` one success is enough. Whatever still runs must have ended too. */
function isComplete(job: Job, tally: JobTally): boolean {
  const { completions = 1 } = job.spec ?? {};
  return tally.succeeded >= completions && tally.active.length === 0;
}

/** Adds a condition or renews it; one that says the same stays as it is. */
export function withJobCondition(
  conditions: readonly JobCondition[],
  condition: Pick<JobCondition, 'type' | 'status' | 'reason' | 'message'>,
  now: number,
): readonly JobCondition[] {
  const before = conditions.find(each => each.type === condition.type);
  if (before?.status === condition.status && before.reason === condition.reason) return conditions;
  const at = formatTime(now);
  return [
    ...conditions.filter(each => each.type !== condition.type),
    { ...condition, lastProbeTime: at, lastTransitionTime: at },
  ];
}
