import { parseGoDuration, StatusError, statusError } from '../../machinery/index.ts';
import type { Clock, Timer } from '../../world/index.ts';
import { isLongRunning } from './long-running.ts';
import type { Query } from './query.ts';
import type { RequestInfo } from './request-info.ts';

/** How long requests may last. */
export interface RequestLimits {
  /** Kubernetes: `--request-timeout`, for what is no watch or stream. */
  readonly timeoutMs: number;
  /** Kubernetes: `--min-request-timeout`: a watch that names no end ends after this time to twice of it; 0 for never. */
  readonly watchSecondsMin: number;
}

export const defaultLimits: RequestLimits = { timeoutMs: 60_000, watchSecondsMin: 1800 };
const sweepIntervalMsMax = 1_000;

interface Waiting {
  readonly expiresAtMs: number;
  readonly expire: (error: StatusError) => void;
}

/**
 * How long the request may take: what it asks for (`?timeout=10s`), up to the limit. Throws 400 for a duration that is
 * none. Kubernetes: `WithRequestDeadline`.
 */
export function readTimeoutMs(info: RequestInfo, query: Query, timeoutMsMax: number): number {
  if (isLongRunning(info)) return Number.POSITIVE_INFINITY;
  const text = query.get('timeout');
  if (text === undefined || text === '') return timeoutMsMax;
  const nanoseconds = parseGoDuration(text);
  if (nanoseconds === undefined) {
    throw statusError.badRequest(`invalid timeout specified in the request URL - ${explainDuration(text)}`);
  }
  const timeoutMs = nanoseconds / 1e6;
  return timeoutMs > 0 && timeoutMs < timeoutMsMax ? timeoutMs : timeoutMsMax;
}

/** What Go says of a duration that it cannot read. */
function explainDuration(text: string): string {
  const quoted = JSON.stringify(text);
  const unit = /^[-+]?(?:[0-9]*\.?[0-9]*(?:ns|us|µs|μs|ms|s|m|h))*(?:[0-9]+\.?[0-9]*|\.[0-9]+)([^0-9.]*)/.exec(
    text,
  )?.[1];
  if (unit === undefined) return `time: invalid duration ${quoted}`;
  if (unit === '') return `time: missing unit in duration ${quoted}`;
  return `time: unknown unit ${JSON.stringify(unit)} in duration ${quoted}`;
}

/**
 * Ends requests that take too long with 504. One timer looks after all that have the usual time: a timer for each would
 * cost more than most requests. Work that was begun goes on; only the client stops waiting for it.
 */
export class RequestDeadlines {
  readonly #clock: Clock;
  readonly #timeoutMsMax: number;
  readonly #sweepIntervalMs: number;
  readonly #waiting = new Set<Waiting>();
  #timer: Timer | undefined;

  constructor(clock: Clock, timeoutMsMax: number) {
    this.#clock = clock;
    this.#timeoutMsMax = timeoutMsMax;
    this.#sweepIntervalMs = Math.min(sweepIntervalMsMax, timeoutMsMax / 4);
  }

  /** `startMs`: when the request came, by the monotonic clock. */
  within<T>(work: Promise<T>, timeoutMs: number, startMs: number): Promise<T> {
    if (timeoutMs < this.#timeoutMsMax) return this.#withinOwn(work, timeoutMs, startMs);
    return new Promise<T>((resolve, reject) => {
      const waiting: Waiting = { expiresAtMs: startMs + this.#timeoutMsMax, expire: reject };
      this.#waiting.add(waiting);
      this.#timer ??= this.#clock.after(this.#sweepIntervalMs, () => this.#sweep());
      work.then(
        value => {
          this.#waiting.delete(waiting);
          resolve(value);
        },
        (error: unknown) => {
          this.#waiting.delete(waiting);
          reject(error);
        },
      );
    });
  }

  /** A client that has less time than usual gets a timer of its own. */
  #withinOwn<T>(work: Promise<T>, timeoutMs: number, startMs: number): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const leftMs = startMs + timeoutMs - this.#clock.monotonic();
    const timer = this.#clock.after(Math.max(0, leftMs), () => reject(timedOut()));
    work.then(resolve, reject).finally(() => timer.cancel());
    return promise;
  }

  #sweep(): void {
    const nowMs = this.#clock.monotonic();
    for (const waiting of this.#waiting) {
      // All have the same time, and those that came first are the first: the first that has time left ends the search.
      if (waiting.expiresAtMs > nowMs) break;
      this.#waiting.delete(waiting);
      waiting.expire(timedOut());
    }
    this.#timer = this.#waiting.size === 0 ? undefined : this.#clock.after(this.#sweepIntervalMs, () => this.#sweep());
  }
}

const timedOutText = 'Timeout: request did not complete within the allotted timeout';

function timedOut(): StatusError {
  return new StatusError('Timeout', timedOutText, {});
}

/** Whether a request was given up because it took too long. */
export function isTimedOut(error: unknown): boolean {
  return error instanceof StatusError && error.message === timedOutText;
}
