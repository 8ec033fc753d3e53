import type { AbortSignalLike, Clock, Timer } from '../../world/index.ts';

/** Aborts after a time, or with another signal. */
export class Deadline implements AbortSignalLike {
  readonly #timer: Timer;
  readonly #parent: AbortSignalLike | undefined;
  readonly #listeners = new Set<() => void>();
  #hasExpired = false;

  constructor(clock: Clock, delayMs: number, parent?: AbortSignalLike) {
    this.#timer = clock.after(delayMs, () => {
      this.#hasExpired = true;
      this.#tell();
    });
    this.#parent = parent;
    parent?.addEventListener('abort', this.#tell, { once: true });
  }

  get aborted(): boolean {
    return this.#hasExpired || this.#parent?.aborted === true;
  }

  /** The time is over, whatever the other signal says. */
  get hasExpired(): boolean {
    return this.#hasExpired;
  }

  get reason(): Error {
    return new Error('context deadline exceeded');
  }

  addEventListener(_type: 'abort', listener: () => void): void {
    this.#listeners.add(listener);
  }

  removeEventListener(_type: 'abort', listener: () => void): void {
    this.#listeners.delete(listener);
  }

  /** All is done in time. */
  clear(): void {
    this.#timer.cancel();
    this.#parent?.removeEventListener('abort', this.#tell);
  }

  readonly #tell = (): void => {
    for (const notify of [...this.#listeners]) notify();
  };
}
