import type { EventEmitter } from 'node:events';
import type { AbortSignalLike } from '../../world/index.ts';

/**
 * Aborts when the client goes away before it has its answer. Costs nothing until somebody listens: an `AbortController`
 * for each request would be dearer than many requests.
 */
export class RequestSignal implements AbortSignalLike {
  readonly #stream: EventEmitter & { readonly writableFinished: boolean; readonly destroyed: boolean };
  readonly #listeners = new Set<() => void>();
  #isListening = false;

  /** `stream`: the response's side. */
  constructor(stream: EventEmitter & { readonly writableFinished: boolean; readonly destroyed: boolean }) {
    this.#stream = stream;
  }

  get aborted(): boolean {
    return this.#stream.destroyed && !this.#stream.writableFinished;
  }

  get reason(): Error {
    return new Error('the client has gone away');
  }

  addEventListener(_type: 'abort', listener: () => void): void {
    this.#listeners.add(listener);
    if (this.#isListening) return;
    this.#isListening = true;
    this.#stream.once('close', () => {
      if (!this.aborted) return;
      for (const notify of [...this.#listeners]) notify();
    });
  }

  removeEventListener(_type: 'abort', listener: () => void): void {
    this.#listeners.delete(listener);
  }
}
