/** What a clock on the wall shows; months count from 1, Sunday is 0. */
export interface WallClock {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly weekday: number;
  readonly hour: number;
  readonly minute: number;
}

// biome-ignore lint/style/noRestrictedGlobals: only here are the clocks of time zones known, and only numbers are read
type Formatter = Intl.DateTimeFormat;

const formatters = new Map<string, Formatter>();

export function wallClock(timeMs: number, timeZone: string): WallClock {
  const local = new Date(timeMs + offsetMs(timeMs, timeZone));
  return {
    year: local.getUTCFullYear(),
    month: local.getUTCMonth() + 1,
    day: local.getUTCDate(),
    weekday: local.getUTCDay(),
    hour: local.getUTCHours(),
    minute: local.getUTCMinutes(),
  };
}

/** When the clocks show this. Days and months beyond their end carry over. Go: `time.Date` */
export function instantOf(
  clock: Pick<WallClock, 'year' | 'month' | 'day' | 'hour'> & { readonly minute?: number },
  timeZone: string,
): number {
  const local = Date.UTC(clock.year, clock.month - 1, clock.day, clock.hour, clock.minute ?? 0);
  const guess = local - offsetMs(local, timeZone);
  const offset = offsetMs(guess, timeZone);
  return local - offset;
}

/** By how much the zone's clocks are ahead of UTC at that time. */
export function offsetMs(timeMs: number, timeZone: string): number {
  if (timeZone === 'UTC' || timeZone === '') return 0;
  const seconds = Math.floor(timeMs / 1000) * 1000;
  const parts = new Map(
    formatterOf(timeZone)
      .formatToParts(seconds)
      .map(part => [part.type, Number(part.value)]),
  );
  const read = (type: string): number => parts.get(type as 'year') ?? 0;
  const local = Date.UTC(read('year'), read('month') - 1, read('day'), read('hour'), read('minute'), read('second'));
  return local - seconds;
}

function formatterOf(timeZone: string): Formatter {
  let formatter = formatters.get(timeZone);
  if (formatter === undefined) {
    // biome-ignore lint/style/noRestrictedGlobals: see above
    formatter = new Intl.DateTimeFormat('en', {
      timeZone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
    formatters.set(timeZone, formatter);
  }
  return formatter;
}
