import type { CronSchedule } from './cron-schedule.ts';
import { instantOf, wallClock } from './time-zone.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

/** Kubernetes: a schedule that fires in none of the next five years never does. */
const yearsAhead = 5;

/**
 * The first time after `afterMs` (milliseconds since the epoch) at which the schedule fires by the clocks of `timeZone`
 * (default UTC); undefined when it never does.
 *
 * Kubernetes: `SpecSchedule.Next` of robfig/cron. A time that a clock change leaves out does not fire; one that it
 * repeats fires twice.
 */
export function nextCronTime(schedule: CronSchedule, afterMs: number, timeZone = 'UTC'): number | undefined {
  if ('everyMs' in schedule) return Math.floor(afterMs / 1000) * 1000 + schedule.everyMs;
  let timeMs = Math.floor(afterMs / minuteMs) * minuteMs + minuteMs;
  const lastYear = wallClock(timeMs, timeZone).year + yearsAhead;
  for (;;) {
    const clock = wallClock(timeMs, timeZone);
    if (clock.year > lastYear) return undefined;
    if (!schedule.months.has(clock.month)) {
      timeMs = instantOf({ year: clock.year, month: clock.month + 1, day: 1, hour: 0 }, timeZone);
    } else if (!matchesDay(schedule, clock)) {
      timeMs = startOfNextDay(clock, timeZone);
    } else if (!schedule.hours.has(clock.hour)) {
      timeMs += hourMs - clock.minute * minuteMs;
    } else if (!schedule.minutes.has(clock.minute)) {
      timeMs += minuteMs;
    } else {
      return timeMs;
    }
  }
}

type Fields = Extract<CronSchedule, { readonly minutes: unknown }>;

function matchesDay(schedule: Fields, { day, weekday }: { readonly day: number; readonly weekday: number }): boolean {
  const byDate = schedule.daysOfMonth.has(day);
  const byWeekday = schedule.daysOfWeek.has(weekday);
  const isEither = !schedule.isAnyDayOfMonth && !schedule.isAnyDayOfWeek;
  return isEither ? byDate || byWeekday : byDate && byWeekday;
}

/** Where a clock change leaves midnight out the day begins at one. */
function startOfNextDay(
  { year, month, day }: { readonly year: number; readonly month: number; readonly day: number },
  timeZone: string,
): number {
  const timeMs = instantOf({ year, month, day: day + 1, hour: 0 }, timeZone);
  const { hour } = wallClock(timeMs, timeZone);
  return hour > 12 ? timeMs + (24 - hour) * hourMs : timeMs;
}
