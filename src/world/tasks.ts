import type { Log } from './log.ts';

export interface Tasks {
  /**
   * Runs `work` in the background. A rejection is logged with the task's name and handed to `onFailure`; it never goes
   * unhandled. Use it wherever a promise would otherwise float.
   */
  spawn(name: string, work: () => Promise<void>): void;
  /** Resolves when every spawned task has ended. */
  idle(): Promise<void>;
}

/** The implementation for every world: promises are the same everywhere. */
export class TrackedTasks implements Tasks {
  readonly #log: Log;
  readonly #onFailure: (name: string, error: unknown) => void;
  readonly #running = new Set<Promise<void>>();

  constructor(log: Log, onFailure: (name: string, error: unknown) => void = () => {}) {
    this.#log = log;
    this.#onFailure = onFailure;
  }

  spawn(name: string, work: () => Promise<void>): void {
    const task: Promise<void> = work()
      .catch((error: unknown) => {
        this.#log.error('task failed', { task: name, error });
        this.#onFailure(name, error);
      })
      .finally(() => this.#running.delete(task));
    this.#running.add(task);
  }

  async idle(): Promise<void> {
    while (this.#running.size > 0) await Promise.allSettled([...this.#running]);
  }
}
