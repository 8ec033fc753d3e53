import { StatusError } from '../../machinery/index.ts';
import type { Clock, Timer } from '../../world/index.ts';

/** Kubernetes: how long a request that is no watch or stream may take. */
const requestTimeoutMs = 60_000;
const sweepIntervalMs = 1_000;

interface Waiting {
  readonly expiresAtMs: number;
  readonly expire: (error: StatusError) => void;
}

/**
 * Ends requests that take too long with 504. One timer looks after all of them: a timer for each would cost more than
 * most requests. Work that was begun goes on; only the client stops waiting for it.
 */
export class RequestDeadlines {
  readonly #clock: Clock;
  readonly #waiting = new Set<Waiting>();
  #timer: Timer | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  within<T>(work: Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const waiting: Waiting = { expiresAtMs: this.#clock.monotonic() + requestTimeoutMs, expire: reject };
      this.#waiting.add(waiting);
      this.#timer ??= this.#clock.after(sweepIntervalMs, () => this.#sweep());
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

  #sweep(): void {
    const nowMs = this.#clock.monotonic();
    for (const waiting of this.#waiting) {
      // In order of arrival: the first that has time left ends the search.
      if (waiting.expiresAtMs > nowMs) break;
      this.#waiting.delete(waiting);
      waiting.expire(new StatusError('Timeout', 'Timeout: request did not complete within the allotted timeout', {}));
    }
    this.#timer = this.#waiting.size === 0 ? undefined : this.#clock.after(sweepIntervalMs, () => this.#sweep());
  }
}
