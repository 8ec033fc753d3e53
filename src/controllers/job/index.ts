/**
 * Jobs: how many pods should run, what became of those that ran, and when a Job is over.
 *
 * Start reading at `job.ts`; that each pod's end counts exactly once is the business of `job-tally.ts`.
 */
export { jobController } from './job.ts';
export { findJobCondition, isJobFinished } from './job-outcome.ts';
export { ttlAfterFinishedController } from './ttl-after-finished.ts';
