import { type Job, jobs } from '../../api/generated/index.ts';
import type { Controller } from '../../client/index.ts';
import { parseTime } from '../../world/index.ts';
import { findJobCondition } from './job-outcome.ts';

/** Deletes Jobs so many seconds after they have finished. */
export const ttlAfterFinishedController: Controller<Job> = {
  name: 'ttl-after-finished-controller',
  primary: jobs,
  reconcile(job, { now }) {
    const seconds = job?.spec?.ttlSecondsAfterFinished;
    if (job === undefined || seconds === undefined || job.metadata.deletionTimestamp !== undefined) return [];
    const finished = findJobCondition(job, 'Complete') ?? findJobCondition(job, 'Failed');
    const finishedAt = parseTime(finished?.lastTransitionTime);
    if (Number.isNaN(finishedAt)) return [];
    const delayMs = finishedAt + seconds * 1000 - now;
    if (delayMs > 0) return [{ do: 'again', delayMs }];
    const { name = '', namespace, uid = '' } = job.metadata;
    const options = { propagationPolicy: 'Foreground', preconditions: { uid } } as const;
    return [{ do: 'delete', type: jobs, ref: { name, namespace }, options }];
  },
};
