import type { Writable } from 'node:stream';
import type { FrameSink } from '../../apiserver/http/index.ts';

/** Characters that go into one write: a large backlog never becomes one huge text. */
const writeLengthMax = 256 * 1024;
/** How long a client may leave us with a full pipe before its watch ends. */
const stallMsMax = 30_000;

/**
 * Writes each watcher's frames once per turn of the event loop: what a watch costs is the write to the socket, not the
 * event. One instance for all watchers of a server.
 */
export class FrameFlusher {
  readonly #due = new Set<FrameWriter>();
  #isScheduled = false;

  schedule(writer: FrameWriter): void {
    this.#due.add(writer);
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(() => this.#flush());
  }

  #flush(): void {
    this.#isScheduled = false;
    const due = [...this.#due];
    this.#due.clear();
    for (const writer of due) writer.flush();
  }
}

/** One watcher's stream. */
export class FrameWriter implements FrameSink {
  readonly #out: Writable;
  readonly #flusher: FrameFlusher;
  readonly #onStalled: () => void;
  #queue: string[] = [];
  #next = 0;
  #isBlocked = false;
  #isEnding = false;
  #stallTimer: NodeJS.Timeout | undefined;

  /** `onStalled`: the client does not read. */
  constructor(out: Writable, flusher: FrameFlusher, onStalled: () => void) {
    this.#out = out;
    this.#flusher = flusher;
    this.#onStalled = onStalled;
  }

  write(frame: string): void {
    if (this.#isEnding) return;
    if (this.#queue.length === 0 && !this.#isBlocked) this.#flusher.schedule(this);
    this.#queue.push(frame);
  }

  end(): void {
    if (this.#isEnding) return;
    this.#isEnding = true;
    if (!this.#isBlocked) this.#flusher.schedule(this);
  }

  /** Called by the flusher. */
  flush(): void {
    if (this.#out.destroyed) return;
    while (this.#next < this.#queue.length && !this.#isBlocked) {
      if (!this.#out.write(this.#takeSlice())) this.#waitForDrain();
    }
    if (this.#next < this.#queue.length || this.#isBlocked) return;
    this.#queue = [];
    this.#next = 0;
    if (this.#isEnding) this.#out.end();
  }

  #takeSlice(): string {
    const start = this.#next;
    let length = 0;
    while (this.#next < this.#queue.length && length < writeLengthMax) length += this.#queue[this.#next++]!.length;
    return this.#next - start === 1 ? this.#queue[start]! : this.#queue.slice(start, this.#next).join('');
  }

  #waitForDrain(): void {
    this.#isBlocked = true;
    this.#stallTimer = setTimeout(() => this.#onStalled(), stallMsMax).unref();
    this.#out.once('drain', () => {
      this.#isBlocked = false;
      clearTimeout(this.#stallTimer);
      this.#flusher.schedule(this);
    });
    this.#out.once('close', () => clearTimeout(this.#stallTimer));
  }
}
