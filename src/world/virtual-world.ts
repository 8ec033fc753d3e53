import { type AbortSignalLike, type Clock, sleepOn, type Timer } from './clock.ts';
import { createLog, type Log, type LogRecord } from './log.ts';
import { createSeededRandom, type Random } from './random.ts';
import { type Tasks, TrackedTasks } from './tasks.ts';
import { TimerQueue } from './timer-queue.ts';
import type { World } from './world.ts';

export interface VirtualWorldOptions {
  readonly seed: number | string;
  /** Where virtual time starts, in milliseconds since the epoch. Default 2026-01-01T00:00:00Z. */
  readonly startMs?: number;
  /**
   * Resolves once every pending promise reaction has run. The language alone cannot say when that is, so the driver
   * passes a turn of the host's event loop (`createMicrotaskDrain` in `drivers/world`).
   */
  readonly drainMicrotasks: () => Promise<void>;
  readonly writeLog?: (record: LogRecord) => void;
}

/**
 * A world whose time stands still until somebody advances it: then it jumps from timer to timer, and between two
 * instants everything that was started runs to its end. Nothing in it can see real time or real chance.
 */
export class VirtualWorld implements World {
  readonly clock: Clock;
  readonly random: Random;
  readonly tasks: Tasks;
  readonly log: Log;
  readonly #timers = new TimerQueue();
  readonly #drain: () => Promise<void>;
  #now: number;
  #failure: { readonly task: string; readonly error: unknown } | undefined;
  /** Timers fired so far: what a simulation reports as its event count. */
  timersFired = 0;

  constructor(options: VirtualWorldOptions) {
    this.#now = options.startMs ?? Date.UTC(2026, 0, 1);
    this.#drain = options.drainMicrotasks;
    const start = this.#now;
    const timers = this.#timers;
    const clock: Clock = {
      now: () => this.#now,
      monotonic: () => this.#now - start,
      after: (delayMs: number, run: () => void): Timer => timers.add(this.#now + Math.max(0, delayMs), run),
      sleep: (delayMs: number, signal?: AbortSignalLike) => sleepOn(clock, delayMs, signal),
    };
    this.clock = clock;
    this.random = createSeededRandom(options.seed);
    this.log = createLog(options.writeLog ?? (() => {}), clock.now);
    this.tasks = new TrackedTasks(this.log, (task, error) => {
      this.#failure ??= { task, error };
    });
  }

  /** Runs all that is due within the next `durationMs` of virtual time, and ends exactly that much later. */
  async advance(durationMs: number): Promise<void> {
    const end = this.#now + durationMs;
    await this.#settleInstant();
    for (;;) {
      const due = this.#timers.nextDue();
      if (due === undefined || due > end) break;
      this.#fireTimers(due);
      // Not through another async function: this is the loop that a simulated day goes round millions of times.
      await this.#drain();
      this.#throwFailure();
    }
    this.#now = end;
  }

  /** Runs what is due now, without letting time pass. */
  async flush(): Promise<void> {
    await this.#settleInstant();
    while (this.#timers.nextDue() === this.#now) {
      this.#fireTimers(this.#now);
      await this.#settleInstant();
    }
  }

  /**
   * Lets time pass, at most `limitMs`, until `isSettled` holds; asks after every instant.
   * Returns whether it came to hold.
   */
  async advanceUntil(isSettled: () => boolean, limitMs: number): Promise<boolean> {
    const end = this.#now + limitMs;
    await this.#settleInstant();
    for (;;) {
      if (isSettled()) return true;
      const due = this.#timers.nextDue();
      if (due === undefined || due > end) break;
      this.#fireTimers(due);
      await this.#settleInstant();
    }
    this.#now = end;
    return isSettled();
  }

  #fireTimers(instant: number): void {
    this.#now = instant;
    // One drain per instant, not per timer: timers of the same instant are concurrent anyway.
    for (;;) {
      const run = this.#timers.takeDue(instant);
      if (run === undefined) return;
      this.timersFired++;
      run();
    }
  }

  async #settleInstant(): Promise<void> {
    await this.#drain();
    this.#throwFailure();
  }

  #throwFailure(): void {
    if (this.#failure === undefined) return;
    const { task, error } = this.#failure;
    this.#failure = undefined;
    throw new Error(`task ${task} failed in the virtual world`, { cause: error });
  }
}
