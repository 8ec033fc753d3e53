import { decodeUtf8, encodeUtf8 } from '../bytes/index.ts';
import { padTimestamp } from './log-line.ts';

export interface LogFormat {
  readonly timestamps: boolean;
  /** Milliseconds since the epoch: earlier lines are left out. */
  readonly sinceMs?: number | undefined;
  readonly limitBytes?: number | undefined;
  /** Lines of the file, parts of long ones counted each. */
  readonly limitLines?: number | undefined;
}

const newline = 10;
const space = 32;
const partial = 80; // P

/**
 * Kubernetes: from a container's log file to what a reader sees: CRI's head of each line is taken off (or the time kept),
 * parts of long lines are joined. Works on bytes as they come, whatever is in them.
 */
export class LogFormatter {
  readonly #format: LogFormat;
  #rest: Uint8Array = new Uint8Array(0);
  #isContinued = false;
  #left: number;
  #linesLeft: number;

  constructor(format: LogFormat) {
    this.#format = format;
    this.#left = format.limitBytes ?? Number.POSITIVE_INFINITY;
    this.#linesLeft = format.limitLines ?? Number.POSITIVE_INFINITY;
  }

  /** No more may be given out. */
  get isFull(): boolean {
    return this.#left <= 0 || this.#linesLeft <= 0;
  }

  /** What the next bytes of the file come to; what is no whole line yet is kept. */
  push(chunk: Uint8Array): Uint8Array {
    const bytes = concat([this.#rest, chunk]);
    const parts: Uint8Array[] = [];
    let start = 0;
    for (;;) {
      const end = bytes.indexOf(newline, start);
      if (end < 0 || this.isFull) break;
      this.#addLine(bytes.subarray(start, end), parts);
      this.#linesLeft--;
      start = end + 1;
    }
    this.#rest = bytes.slice(start);
    return concat(parts);
  }

  #addLine(line: Uint8Array, parts: Uint8Array[]): void {
    const afterTime = line.indexOf(space);
    const afterStream = line.indexOf(space, afterTime + 1);
    if (afterTime < 0 || afterStream < 0) return;
    const afterTag = line.indexOf(space, afterStream + 1);
    const isPartial = line[afterStream + 1] === partial;
    const isFirst = !this.#isContinued;
    this.#isContinued = isPartial;
    const time = decodeUtf8(line.subarray(0, afterTime));
    if (this.#format.sinceMs !== undefined && Date.parse(time) < this.#format.sinceMs) return;
    if (this.#format.timestamps && isFirst) this.#add(encodeUtf8(`${padTimestamp(time)} `), parts);
    if (afterTag >= 0) this.#add(line.subarray(afterTag + 1), parts);
    if (!isPartial) this.#add(Uint8Array.of(newline), parts);
  }

  #add(bytes: Uint8Array, parts: Uint8Array[]): void {
    if (this.#left <= 0) return;
    const part = bytes.length > this.#left ? bytes.subarray(0, this.#left) : bytes;
    this.#left -= part.length;
    parts.push(part);
  }
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  if (parts.length === 1) return parts[0]!;
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}
