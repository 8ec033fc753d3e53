export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** Values that a log record carries besides its message. Keys are lowerCamelCase; units come last (`delayMs`). */
export type LogFields = Readonly<Record<string, unknown>>;

export interface LogRecord {
  /** Milliseconds since the epoch, from the world's clock. */
  readonly at: number;
  readonly level: LogLevel;
  /** Who speaks: `apiserver`, `node.probes`. */
  readonly component: string;
  readonly message: string;
  readonly fields: LogFields;
}

export interface Log {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
  /** A log for a part of this component: `log.child('probes')` of `node` speaks as `node.probes`. */
  child(name: string): Log;
}

/** A log that hands each record to `write`; the driver decides which levels to print and how. */
export function createLog(write: (record: LogRecord) => void, now: () => number, component = ''): Log {
  const speak =
    (level: LogLevel) =>
    (message: string, fields: LogFields = {}): void =>
      write({ at: now(), level, component, message, fields });
  return {
    debug: speak('debug'),
    info: speak('info'),
    warn: speak('warn'),
    error: speak('error'),
    child: name => createLog(write, now, component === '' ? name : `${component}.${name}`),
  };
}

export const discardLog: Log = createLog(
  () => {},
  () => 0,
);
