import type { CronJob } from '../../api/generated/index.ts';
import { type CronSchedule, isTimeZone, nextCronTime, parseCronSchedule } from '../../machinery/index.ts';
import { parseTime } from '../../world/index.ts';

/** Kubernetes: looks again a little after the minute, so that it is surely over. */
const nextDelayMs = 100;
const manyMissed = 100;

/** A schedule and the zone by whose clocks it is meant. */
export interface Timetable {
  readonly schedule: CronSchedule;
  readonly timeZone: string;
}

/** The CronJob's timetable; the problem is an event to be recorded. */
export function readTimetable(cronJob: CronJob): Timetable | { readonly reason: string; readonly problem: string } {
  const { schedule: text, timeZone } = cronJob.spec;
  if (timeZone !== undefined && !isTimeZone(timeZone)) {
    const problem = `invalid timeZone: ${JSON.stringify(timeZone)}: unknown time zone ${timeZone}`;
    return { reason: 'UnknownTimeZone', problem };
  }
  const parsed = parseCronSchedule(text);
  if (parsed.value === undefined) {
    const problem = `unparseable schedule: ${JSON.stringify(text)} : ${parsed.problem}`;
    return { reason: 'UnparseableSchedule', problem };
  }
  const embedded = /^(?:CRON_)?TZ=(\S+)/.exec(text)?.[1];
  return { schedule: parsed.value, timeZone: embedded ?? timeZone ?? 'UTC' };
}

/** The latest time that is due, if any, and how many were missed: none, some or too many. */
export interface DueTime {
  readonly dueMs: number | undefined;
  /** The time from which the search began. */
  readonly sinceMs: number;
  readonly missed: 'none' | 'few' | 'many';
}

/** Kubernetes: mostRecentScheduleTime. Undefined for a schedule that never fires. */
export function findDueTime(
  cronJob: CronJob,
  { schedule, timeZone }: Timetable,
  now: number,
  isDeadlineKept: boolean,
): DueTime | undefined {
  const next = (afterMs: number): number | undefined => nextCronTime(schedule, afterMs, timeZone);
  const { startingDeadlineSeconds } = cronJob.spec;
  const lastMs = parseTime(cronJob.status?.lastScheduleTime ?? cronJob.metadata.creationTimestamp);
  const sinceMs =
    isDeadlineKept && startingDeadlineSeconds !== undefined
      ? Math.max(lastMs, now - startingDeadlineSeconds * 1000)
      : lastMs;
  const first = next(sinceMs);
  const second = first === undefined ? undefined : next(first);
  if (first === undefined || second === undefined) return undefined;
  if (now < first) return { dueMs: undefined, sinceMs, missed: 'none' };
  if (now < second) return { dueMs: first, sinceMs, missed: 'none' };
  // Roughly how many there were, by the first two; the last few are then looked at one by one.
  const betweenMs = second - first;
  const count = Math.floor(Math.floor((now - first) / 1000) / Math.round(betweenMs / 1000)) + 1;
  let dueMs: number | undefined;
  let timeMs = next(first + (count - 2) * betweenMs);
  while (timeMs !== undefined && timeMs <= now) {
    dueMs = timeMs;
    timeMs = next(timeMs);
  }
  return { dueMs, sinceMs, missed: count > manyMissed ? 'many' : 'few' };
}

/** Milliseconds until the CronJob is to be looked at again. */
export function untilNextMs(cronJob: CronJob, timetable: Timetable, now: number): number {
  const due = findDueTime(cronJob, timetable, now, false);
  const from = due === undefined ? now : (due.dueMs ?? (due.missed === 'none' ? due.sinceMs : now));
  const nextMs = nextCronTime(timetable.schedule, from, timetable.timeZone) ?? now;
  return Math.max(0, nextMs - now) + nextDelayMs;
}
