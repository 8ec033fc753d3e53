import type { ByteSource } from '../../node/runtime/index.ts';

/**
 * Chunks between one who pushes and one who reads. It does not limit what it holds: whoever pushes watches
 * `bufferedBytes` and holds its own source up.
 */
export class ChunkQueue {
  readonly #onChange: (bytes: number) => void;
  #chunks: Uint8Array[] = [];
  #hasEnded = false;
  #wake: (() => void) | undefined;

  /** `onChange` hears by how many bytes the queue grew, or shrank (negative). */
  constructor(onChange: (bytes: number) => void) {
    this.#onChange = onChange;
  }

  push(chunk: Uint8Array): void {
    if (this.#hasEnded || chunk.length === 0) return;
    this.#chunks.push(chunk);
    this.#onChange(chunk.length);
    this.#wake?.();
  }

  end(): void {
    this.#hasEnded = true;
    this.#wake?.();
  }

  /** Ends it and drops what nobody has read. */
  discard(): void {
    for (const chunk of this.#chunks) this.#onChange(-chunk.length);
    this.#chunks = [];
    this.end();
  }

  /** To be read once. Leaving the loop drops the rest. */
  async *read(): ByteSource & AsyncGenerator<Uint8Array> {
    try {
      for (;;) {
        const chunk = this.#chunks.shift();
        if (chunk !== undefined) {
          this.#onChange(-chunk.length);
          yield chunk;
        } else if (this.#hasEnded) return;
        else await this.#moreOrEnd();
      }
    } finally {
      this.discard();
    }
  }

  #moreOrEnd(): Promise<void> {
    return new Promise(resolve => {
      this.#wake = () => {
        this.#wake = undefined;
        resolve();
      };
    });
  }
}
