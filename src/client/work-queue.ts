import type { Clock, Timer } from '../world/index.ts';
import { QueueCounters } from './queue-counters.ts';

export interface RetryDelays {
  readonly minMs: number;
  readonly maxMs: number;
}

/** Kubernetes: client-go's DefaultControllerRateLimiter begins at 5 ms and doubles up to 1,000 s. */
export const controllerRetryDelays: RetryDelays = { minMs: 5, maxMs: 1_000_000 };

/**
 * Keys waiting to be worked on. A key that is added again while it waits stays once; one that is added while it is being
 * worked on comes back afterwards, so that no two workers ever hold the same key.
 */
export class WorkQueue {
  readonly #clock: Clock;
  readonly #delays: RetryDelays;
  readonly #onReady: () => void;
  readonly counters = new QueueCounters();
  /** Since when, by the monotonic clock. */
  readonly #waiting = new Map<string, number>();
  readonly #working = new Map<string, number>();
  readonly #again = new Set<string>();
  readonly #failures = new Map<string, number>();
  readonly #timers = new Map<string, { readonly dueMs: number; readonly timer: Timer }>();

  /** `onReady` is called whenever there may be something to take. */
  constructor(clock: Clock, onReady: () => void, delays: RetryDelays = controllerRetryDelays) {
    this.#clock = clock;
    this.#onReady = onReady;
    this.#delays = delays;
  }

  get length(): number {
    return this.#waiting.size;
  }

  /** How long each key that is being worked on has been. */
  unfinishedMs(): readonly number[] {
    const nowMs = this.#clock.monotonic();
    return [...this.#working.values()].map(sinceMs => nowMs - sinceMs);
  }

  /** Nothing waits and nothing is being worked on (timers may still be set). */
  get isIdle(): boolean {
    return this.#waiting.size === 0 && this.#working.size === 0;
  }

  add(key: string): void {
    if (this.#working.size > 0 && this.#working.has(key)) {
      if (!this.#again.has(key)) this.counters.adds++;
      this.#again.add(key);
      return;
    }
    if (!this.#waiting.has(key)) {
      this.counters.adds++;
      this.#waiting.set(key, this.#clock.monotonic());
    }
    this.#onReady();
  }

  /** Adds the key after a delay; of several delays for one key the earliest counts. */
  addAfter(key: string, delayMs: number): void {
    if (delayMs <= 0) {
      this.add(key);
      return;
    }
    const dueMs = this.#clock.now() + delayMs;
    const set = this.#timers.get(key);
    if (set !== undefined && set.dueMs <= dueMs) return;
    set?.timer.cancel();
    const timer = this.#clock.after(delayMs, () => {
      this.#timers.delete(key);
      this.add(key);
    });
    this.#timers.set(key, { dueMs, timer });
  }

  /** Adds the key after its back-off, which doubles with every call until `forget`. */
  addRateLimited(key: string): number {
    const failures = this.#failures.get(key) ?? 0;
    this.#failures.set(key, failures + 1);
    this.counters.retries++;
    const delayMs = Math.min(this.#delays.maxMs, this.#delays.minMs * 2 ** Math.min(failures, 40));
    this.addAfter(key, delayMs);
    return delayMs;
  }

  forget(key: string): void {
    if (this.#failures.size > 0) this.#failures.delete(key);
  }

  /** The next key to work on; whoever takes one must call `done`. */
  take(): string | undefined {
    for (const [key, sinceMs] of this.#waiting) {
      const nowMs = this.#clock.monotonic();
      this.counters.waits.observe((nowMs - sinceMs) / 1000);
      this.#waiting.delete(key);
      this.#working.set(key, nowMs);
      return key;
    }
    return undefined;
  }

  done(key: string): void {
    const nowMs = this.#clock.monotonic();
    const sinceMs = this.#working.get(key);
    if (sinceMs !== undefined) this.counters.works.observe((nowMs - sinceMs) / 1000);
    this.#working.delete(key);
    if (this.#again.size > 0 && this.#again.delete(key)) {
      this.#waiting.set(key, nowMs);
      this.#onReady();
    }
  }

  stop(): void {
    for (const { timer } of this.#timers.values()) timer.cancel();
    this.#timers.clear();
    this.#waiting.clear();
    this.#again.clear();
  }
}
