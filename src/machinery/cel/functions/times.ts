import { isTimeZone, offsetMs } from '../../cron/index.ts';
import { isDateTime } from '../../schema/time-text.ts';
import { type CelFailure, fail, noSuchOverload } from '../language/failure.ts';
import type { Functions } from '../language/program.ts';
import { CelDuration, CelTimestamp } from '../language/values.ts';

const nanosPerMilli = 1_000_000n;
const nanosPerSecond = 1_000_000_000n;

/** Nanoseconds since 1970 of an RFC 3339 time; undefined when it is none. */
export function readTimestamp(text: string): bigint | undefined {
  const match = /^(\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2})(?:\.(\d+))?([Zz]|[+-]\d{2}:\d{2})$/.exec(text);
  if (match === null || !isDateTime(text)) return undefined;
  const [, seconds, fraction = '', zone] = match;
  const millis = new Date(`${seconds}${zone}`).getTime();
  if (Number.isNaN(millis)) return undefined;
  return BigInt(millis) * nanosPerMilli + BigInt(fraction.padEnd(9, '0').slice(0, 9));
}

/** Go's RFC 3339 with nanoseconds, as many as there are. */
export function formatCelTimestamp({ nanos }: CelTimestamp): string {
  const fraction = ((nanos % nanosPerSecond) + nanosPerSecond) % nanosPerSecond;
  const date = new Date(Number((nanos - fraction) / nanosPerMilli));
  const digits = fraction === 0n ? '' : `.${String(fraction).padStart(9, '0').replace(/0+$/, '')}`;
  return `${date.toISOString().slice(0, 19)}${digits}Z`;
}

/** Seconds, as cel-go writes them: `5400s`, `0.5s`. */
export function formatCelDuration({ nanos }: CelDuration): string {
  const size = nanos < 0n ? -nanos : nanos;
  const fraction = size % nanosPerSecond;
  const digits = fraction === 0n ? '' : `.${String(fraction).padStart(9, '0').replace(/0+$/, '')}`;
  return `${nanos < 0n ? '-' : ''}${size / nanosPerSecond}${digits}s`;
}

/** The time as UTC would show it in a zone: an offset, or a name as the machine's database of zones has it. */
function shift(timestamp: CelTimestamp, zone: unknown): Date | CelFailure {
  const millis = Number(
    (timestamp.nanos - (((timestamp.nanos % nanosPerMilli) + nanosPerMilli) % nanosPerMilli)) / nanosPerMilli,
  );
  if (zone === undefined || zone === '' || zone === 'UTC') return new Date(millis);
  const text = zone as string;
  if (!text.includes(':')) {
    return isTimeZone(text) ? new Date(millis + offsetMs(millis, text)) : fail(`unknown time zone ${text}`);
  }
  const match = /^([+-]?)(\d+):(\d+)$/.exec(text);
  if (match === null) {
    const wrong = text.split(':').find(part => !/^[+-]?\d+$/.test(part)) ?? '';
    return fail(`strconv.Atoi: parsing ${JSON.stringify(wrong)}: invalid syntax`);
  }
  const offset = (Number(match[2]) * 60 + Number(match[3])) * 60_000;
  return new Date(millis + (match[1] === '-' ? -offset : offset));
}

function part(read: (date: Date) => number, ofDuration?: bigint): (time: unknown, zone?: unknown) => unknown {
  return (time, zone) => {
    if (time instanceof CelDuration) return ofDuration === undefined ? noSuchOverload : time.nanos / ofDuration;
    if (!(time instanceof CelTimestamp)) return noSuchOverload;
    const date = shift(time, zone);
    return date instanceof Date ? BigInt(read(date)) : date;
  };
}

function dayOfYear(date: Date): number {
  return Math.floor((date.getTime() - Date.UTC(date.getUTCFullYear(), 0, 1)) / 86_400_000);
}

/** Parts of times and durations. */
export const times: Functions = {
  getFullYear: part(date => date.getUTCFullYear()),
  getMonth: part(date => date.getUTCMonth()),
  getDayOfYear: part(dayOfYear),
  getDayOfMonth: part(date => date.getUTCDate() - 1),
  getDate: part(date => date.getUTCDate()),
  getDayOfWeek: part(date => date.getUTCDay()),
  getHours: part(date => date.getUTCHours(), 3600n * nanosPerSecond),
  getMinutes: part(date => date.getUTCMinutes(), 60n * nanosPerSecond),
  getSeconds: part(date => date.getUTCSeconds(), nanosPerSecond),
  getMilliseconds: part(date => date.getUTCMilliseconds(), nanosPerMilli),
};
