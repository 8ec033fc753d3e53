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
  #running = 0;
  #waiting: (() => void)[] = [];

  constructor(log: Log, onFailure: (name: string, error: unknown) => void = () => {}) {
    this.#log = log;
    this.#onFailure = onFailure;
  }

  spawn(name: string, work: () => Promise<void>): void {
    const pending = work();
    this.#running++;
    pending.then(this.#end, (error: unknown) => {
      this.#log.error('task failed', { task: name, error });
      this.#onFailure(name, error);
      this.#end();
    });
  }

  async idle(): Promise<void> {
    // Whoever waits longest may find new tasks by the time it is its turn.
    while (this.#running > 0) await new Promise<void>(resolve => this.#waiting.push(resolve));
  }

  readonly #end = (): void => {
    if (--this.#running > 0 || this.#waiting.length === 0) return;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const wake of waiting) wake();
  };
}
