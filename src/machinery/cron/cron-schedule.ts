import { parseGoDuration } from '../duration/index.ts';
import type { Parsed } from '../selector/index.ts';

/** When a cron schedule fires. Kubernetes: `github.com/robfig/cron/v3`, its standard parser. */
export type CronSchedule =
  | { readonly everyMs: number }
  | {
      readonly minutes: ReadonlySet<number>;
      readonly hours: ReadonlySet<number>;
      readonly daysOfMonth: ReadonlySet<number>;
      readonly months: ReadonlySet<number>;
      /** Sunday is 0. */
      readonly daysOfWeek: ReadonlySet<number>;
      /** Written as `*` or `?`: then the other kind of day alone decides; otherwise either is enough. */
      readonly isAnyDayOfMonth: boolean;
      readonly isAnyDayOfWeek: boolean;
    };

interface Bounds {
  readonly min: number;
  readonly max: number;
  readonly names?: readonly string[];
}

const minutes: Bounds = { min: 0, max: 59 };
const hours: Bounds = { min: 0, max: 23 };
const daysOfMonth: Bounds = { min: 1, max: 31 };
const months: Bounds = {
  min: 1,
  max: 12,
  names: ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'],
};
const daysOfWeek: Bounds = { min: 0, max: 6, names: ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] };

const descriptors: ReadonlyMap<string, string> = new Map([
  ['@yearly', '0 0 1 1 *'],
  ['@annually', '0 0 1 1 *'],
  ['@monthly', '0 0 1 * *'],
  ['@weekly', '0 0 * * 0'],
  ['@daily', '0 0 * * *'],
  ['@midnight', '0 0 * * *'],
  ['@hourly', '0 * * * *'],
]);

const every = '@every ';

/** Parses `minute hour day month weekday`, or a descriptor such as `@daily`; the problem is in upstream's words. */
export function parseCronSchedule(text: string): Parsed<CronSchedule> {
  if (text === '') return { problem: 'empty spec string' };
  const zoned = /^(?:CRON_)?TZ=/.exec(text);
  if (zoned !== null) return parseZoned(text, zoned[0].length);
  if (text.startsWith('@')) return parseDescriptor(text);
  const fields = text.split(/\s+/).filter(field => field !== '');
  if (fields.length !== 5) {
    return { problem: `expected exactly 5 fields, found ${fields.length}: [${fields.join(' ')}]` };
  }
  return parseFields(fields);
}

function parseZoned(text: string, zoneStart: number): Parsed<CronSchedule> {
  const end = text.indexOf(' ');
  if (end < 0) return { problem: 'invalid schedule format: runtime error: slice bounds out of range [:-1]' };
  const zone = text.slice(zoneStart, end);
  if (!isTimeZone(zone)) return { problem: `provided bad location ${zone}: unknown time zone ${zone}` };
  return parseCronSchedule(text.slice(end).trim());
}

/** Whether this is the name of a time zone, `Local` apart. */
export function isTimeZone(name: string): boolean {
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    // biome-ignore lint/style/noRestrictedGlobals: time zones' names are only known here, and no text is formatted
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

function parseDescriptor(text: string): Parsed<CronSchedule> {
  const fields = descriptors.get(text);
  if (fields !== undefined) return parseCronSchedule(fields);
  if (!text.startsWith(every)) return { problem: `unrecognized descriptor: ${text}` };
  const duration = text.slice(every.length);
  const ns = parseGoDuration(duration);
  if (ns === undefined) return { problem: `failed to parse duration ${text}: time: invalid duration "${duration}"` };
  return { value: { everyMs: Math.max(1000, Math.floor(ns / 1e9) * 1000) } };
}

function parseFields(fields: readonly string[]): Parsed<CronSchedule> {
  const sets: ReadonlySet<number>[] = [];
  for (const [index, bounds] of [minutes, hours, daysOfMonth, months, daysOfWeek].entries()) {
    const parsed = parseField(fields[index]!, bounds);
    if (parsed.value === undefined) return parsed;
    sets.push(parsed.value);
  }
  const [minuteSet, hourSet, daySet, monthSet, weekdaySet] = sets as [
    ReadonlySet<number>,
    ReadonlySet<number>,
    ReadonlySet<number>,
    ReadonlySet<number>,
    ReadonlySet<number>,
  ];
  return {
    value: {
      minutes: minuteSet,
      hours: hourSet,
      daysOfMonth: daySet,
      months: monthSet,
      daysOfWeek: weekdaySet,
      isAnyDayOfMonth: isAny(fields[2]!),
      isAnyDayOfWeek: isAny(fields[4]!),
    },
  };
}

/** Whether one of the ranges is a plain star; with a step it is a choice like any other. */
function isAny(field: string): boolean {
  return field.split(',').some(range => /^[*?](-[^/]*)?(\/[01])?$/.test(range));
}

function parseField(field: string, bounds: Bounds): Parsed<ReadonlySet<number>> {
  const values = new Set<number>();
  for (const range of field.split(',')) {
    if (range === '') continue;
    const problem = addRange(values, range, bounds);
    if (problem !== undefined) return { problem };
  }
  return { value: values };
}

/** Adds `number`, `number-number` or either with `/step`; returns what is wrong with it. */
function addRange(values: Set<number>, text: string, bounds: Bounds): string | undefined {
  const [range = '', stepText, ...moreSteps] = text.split('/');
  const [low = '', high, ...moreBounds] = range.split('-');
  const isStar = low === '*' || low === '?';
  const start = isStar ? bounds.min : parseNumber(low, bounds.names, bounds.min);
  if (typeof start === 'string') return start;
  if (!isStar && moreBounds.length > 0) return `too many hyphens: ${text}`;
  let end = isStar ? bounds.max : high === undefined ? start : parseNumber(high, bounds.names, bounds.min);
  if (typeof end === 'string') return end;
  if (moreSteps.length > 0) return `too many slashes: ${text}`;
  const step = stepText === undefined ? 1 : parseNumber(stepText, undefined, 0);
  if (typeof step === 'string') return step;
  if (stepText !== undefined && high === undefined) end = bounds.max;
  if (start < bounds.min) return `beginning of range (${start}) below minimum (${bounds.min}): ${text}`;
  if (end > bounds.max) return `end of range (${end}) above maximum (${bounds.max}): ${text}`;
  if (start > end) return `beginning of range (${start}) beyond end of range (${end}): ${text}`;
  if (step === 0) return `step of range should be a positive number: ${text}`;
  for (let value = start; value <= end; value += step) values.add(value);
  return undefined;
}

/** The number, or what is wrong with it. */
function parseNumber(text: string, names: readonly string[] | undefined, nameBase: number): number | string {
  const named = names?.indexOf(text.toLowerCase()) ?? -1;
  if (named >= 0) return named + nameBase;
  if (!/^[+-]?[0-9]+$/.test(text))
    return `failed to parse int from ${text}: strconv.Atoi: parsing ${JSON.stringify(text)}: invalid syntax`;
  const value = Number(text);
  if (Math.abs(value) >= 2 ** 63)
    return `failed to parse int from ${text}: strconv.Atoi: parsing ${JSON.stringify(text)}: value out of range`;
  return value < 0 ? `negative number (${value}) not allowed: ${text}` : value;
}
