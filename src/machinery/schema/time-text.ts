/** The shape of nearly every time there is: whole seconds in UTC. */
const plain = /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\dZ$/;
const plainMicro = /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{6}Z$/;
const general = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:[.,](\d+))?(Z|[+-]\d\d:\d\d)$/;

interface ParsedTime {
  /** Milliseconds since 1970 of the whole second. */
  readonly secondMs: number;
  readonly fraction: string;
}

function parse(text: string): ParsedTime | undefined {
  const match = general.exec(text);
  if (match === null) return undefined;
  const [, year, month, day, hour, minute, second, fraction = '', zone] = match;
  const days = new Date(Date.UTC(Number(year), Number(month), 0)).getUTCDate();
  if (Number(month) < 1 || Number(month) > 12 || Number(day) < 1 || Number(day) > days) return undefined;
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return undefined;
  const secondMs = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}${zone}`);
  return Number.isNaN(secondMs) ? undefined : { secondMs, fraction };
}

/**
 * A time as `metav1.Time` keeps it: UTC, whole seconds. Undefined for what is no RFC 3339 time. The same text comes back
 * where nothing has to change.
 */
export function normalizeTime(text: string): string | undefined {
  if (plain.test(text)) return text;
  const time = parse(text);
  return time === undefined ? undefined : `${formatSeconds(time.secondMs)}Z`;
}

/** A time as `metav1.MicroTime` keeps it: UTC, and given with exactly six decimals. */
export function normalizeMicroTime(text: string): string | undefined {
  if (plainMicro.test(text)) return text;
  const time = parse(text);
  return time?.fraction.length === 6 ? `${formatSeconds(time.secondMs)}.${time.fraction}Z` : undefined;
}

/** Whether a text is an RFC 3339 time. */
export function isDateTime(text: string): boolean {
  return plain.test(text) || parse(text) !== undefined;
}

function formatSeconds(ms: number): string {
  return new Date(ms).toISOString().slice(0, 19);
}
