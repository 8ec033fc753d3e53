import { inspect } from 'node:util';
import { StatusError } from '../../machinery/index.ts';
import type { LogFields, LogLevel, LogRecord } from '../../world/index.ts';

export const logLevels: readonly LogLevel[] = ['debug', 'info', 'warn', 'error'];
export const logFormats = ['text', 'json'] as const;
export type LogFormat = (typeof logFormats)[number];

export interface LogWriterOptions {
  /** The least that is printed. */
  readonly level: LogLevel;
  readonly format: LogFormat;
  /** One line with its newline. */
  readonly write: (line: string) => void;
}

/** A sink for log records: a line a record, as text for people or as JSON for programs. */
export function createLogWriter({ level, format, write }: LogWriterOptions): (record: LogRecord) => void {
  const least = logLevels.indexOf(level);
  const toLine = format === 'json' ? formatJson : formatText;
  return record => {
    if (logLevels.indexOf(record.level) >= least) write(`${toLine(record)}\n`);
  };
}

/** `14:03:05.123 warn  node.images: cannot pull image="busybox" error="not found"` */
function formatText({ at, level, component, message, fields }: LogRecord): string {
  const time = new Date(at).toISOString().slice(11, 23);
  const speaker = component === '' ? '' : `${component}: `;
  const parts = Object.entries(fields)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => ` ${key}=${formatField(value)}`);
  return `${time} ${level.padEnd(5)} ${speaker}${message}${parts.join('')}`;
}

function formatField(value: unknown): string {
  return JSON.stringify(toPlain(value));
}

function formatJson({ at, level, component, message, fields }: LogRecord): string {
  const time = new Date(at).toISOString();
  return JSON.stringify({ time, level, component, message, ...plainFields(fields) });
}

function plainFields(fields: LogFields): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).map(([key, value]) => [key, toPlain(value)]));
}

function toPlain(value: unknown): unknown {
  if (value instanceof Error) return describeError(value);
  try {
    return JSON.parse(JSON.stringify(value) ?? 'null');
  } catch {
    // A cycle or a bigint: a record must be written whatever is in it.
    return inspect(value, { depth: 2, breakLength: Number.POSITIVE_INFINITY });
  }
}

/** An expected failure by its words, an unexpected one with its stack: that is a fault to be found. */
function describeError(error: Error): string {
  const isExpected = error instanceof StatusError || 'code' in error;
  const text = isExpected ? error.message : (error.stack ?? error.message);
  return error.cause instanceof Error ? `${text}; caused by ${describeError(error.cause)}` : text;
}
