/**
 * Cron schedules as Kubernetes reads them: when a CronJob's jobs are due. Kubernetes: `github.com/robfig/cron/v3`.
 *
 * Start reading at `cron-schedule.ts`.
 */
export { type CronSchedule, isTimeZone, parseCronSchedule } from './cron-schedule.ts';
export { nextCronTime } from './next-time.ts';
export { offsetMs } from './time-zone.ts';
