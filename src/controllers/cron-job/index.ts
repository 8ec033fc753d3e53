/**
 * CronJobs: a Job at each time of a schedule.
 *
 * Start reading at `cron-job.ts`; which of the times counts now is the business of `due-time.ts`.
 */
export { cronJobController } from './cron-job.ts';
