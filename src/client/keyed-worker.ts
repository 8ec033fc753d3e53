import { StatusError } from '../machinery/index.ts';
import type { World } from '../world/index.ts';
import { type RetryDelays, WorkQueue } from './work-queue.ts';

export interface KeyedWorkerOptions {
  readonly name: string;
  readonly concurrency: number;
  readonly delays?: RetryDelays | undefined;
  /** Works on one key. Resolves to a delay after which to come back, or to nothing; a rejection is retried with back-off. */
  work(key: string): Promise<number | undefined>;
}

/**
 * For the few components that must ask before they can decide (garbage collection, namespace deletion): keys, a number
 * of workers, back-off. Everything that can be decided from a view is a `Controller` instead.
 */
export class KeyedWorker {
  readonly #world: World;
  readonly #options: KeyedWorkerOptions;
  readonly #queue: WorkQueue;
  #working = 0;
  #isScheduled = false;
  #isStopped = false;

  constructor(world: World, options: KeyedWorkerOptions) {
    this.#world = world;
    this.#options = options;
    this.#queue = new WorkQueue(world.clock, () => this.#schedule(), options.delays);
  }

  /** By the worker's name, for metrics. */
  get queue(): readonly [string, WorkQueue] {
    return [this.#options.name, this.#queue];
  }

  get isIdle(): boolean {
    return this.#queue.isIdle;
  }

  add(key: string): void {
    if (!this.#isStopped) this.#queue.add(key);
  }

  stop(): void {
    this.#isStopped = true;
    this.#queue.stop();
  }

  #schedule(): void {
    if (this.#isScheduled || this.#isStopped) return;
    this.#isScheduled = true;
    this.#world.tasks.spawn(this.#options.name, async () => {
      await undefined;
      this.#isScheduled = false;
      while (!this.#isStopped && this.#working < this.#options.concurrency) {
        const key = this.#queue.take();
        if (key === undefined) return;
        this.#working++;
        this.#world.tasks.spawn(`${this.#options.name} ${key}`, () => this.#work(key));
      }
    });
  }

  async #work(key: string): Promise<void> {
    try {
      const againMs = await this.#options.work(key);
      this.#queue.forget(key);
      if (againMs !== undefined) this.#queue.addAfter(key, againMs);
    } catch (error) {
      this.#retry(key, error);
    } finally {
      this.#working--;
      this.#queue.done(key);
      this.#schedule();
    }
  }

  #retry(key: string, error: unknown): void {
    if (this.#isStopped) return;
    const delayMs = this.#queue.addRateLimited(key);
    const isExpected = StatusError.is(error, 'Conflict') || StatusError.is(error, 'NotFound');
    this.#world.log.child(this.#options.name)[isExpected ? 'debug' : 'warn']('retrying', {
      key,
      delayMs,
      error: error instanceof Error ? error.message : String(error),
    });
  }
}
