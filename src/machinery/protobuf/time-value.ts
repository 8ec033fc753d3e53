/** A time on the wire. */
export interface Timestamp {
  /** Since 1970. */
  readonly seconds: number;
  readonly micros: number;
}

/** An RFC 3339 time taken apart; nothing but zeros for a text that is none. */
export function secondsOf(text: string): Timestamp {
  const ms = Date.parse(text);
  if (Number.isNaN(ms)) return { seconds: 0, micros: 0 };
  const dot = text.indexOf('.', 19);
  return { seconds: Math.floor(ms / 1000), micros: dot < 0 ? 0 : readMicros(text, dot + 1) };
}

function readMicros(text: string, from: number): number {
  let micros = 0;
  let at = from;
  for (let unit = 100_000; unit >= 1; unit /= 10) {
    const digit = text.charCodeAt(at++) - 48;
    if (!(digit >= 0 && digit <= 9)) break;
    micros += digit * unit;
  }
  return micros;
}

/** A timestamp as `metav1.Time` or, with six decimals, `metav1.MicroTime` is written in JSON. */
export function formatTimestamp({ seconds, micros }: Timestamp, isMicro: boolean): string {
  const text = new Date(seconds * 1000).toISOString().slice(0, 19);
  return isMicro ? `${text}.${String(micros).padStart(6, '0')}Z` : `${text}Z`;
}
