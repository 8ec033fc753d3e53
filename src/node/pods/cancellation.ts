import type { AbortSignalLike } from '../../world/index.ts';

/** Says once that something should be given up. Its signal can be waited on and handed to ports. */
export class Cancellation {
  readonly signal: AbortSignalLike;
  readonly #listeners = new Set<() => void>();
  #reason: Error | undefined;

  constructor() {
    const self = this;
    this.signal = {
      get aborted(): boolean {
        return self.#reason !== undefined;
      },
      get reason(): unknown {
        return self.#reason;
      },
      addEventListener: (_type, listener) => {
        self.#listeners.add(listener);
      },
      removeEventListener: (_type, listener) => {
        self.#listeners.delete(listener);
      },
    };
  }

  cancel(why: string): void {
    if (this.#reason !== undefined) return;
    this.#reason = new Error(why);
    const listeners = [...this.#listeners];
    this.#listeners.clear();
    for (const listener of listeners) listener();
  }
}

/** What `work` comes to, unless `signal` aborts first: then it rejects, and `work` goes on unheard. */
export function unlessAborted<T>(work: Promise<T>, signal: AbortSignalLike): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason);
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}
