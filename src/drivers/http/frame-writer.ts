import { performance } from 'node:perf_hooks';
import type { Writable } from 'node:stream';
import type { Frame, FrameSink } from '../../apiserver/http/index.ts';

/** Characters that go into one write: a large backlog never becomes one huge text. */
const writeLengthMax = 256 * 1024;
/** How long one watcher may keep others waiting. */
const turnMsMax = 8;
/** So many watchers are told before the writer's own answer goes out; more would keep it waiting. */
const promptMax = 32;
/** How long a client may leave us with a full pipe before its watch ends. */
const stallMsMax = 30_000;

/**
 * Characters that may wait for a client that reads too slowly. Kubernetes: a watcher that does not keep up is ended, and
 * watches anew from where it was.
 */
const backlogLengthMax = 32 * 1024 * 1024;

/** Where a watcher's bytes go. */
export interface FrameTarget {
  /** What drains, and closes. */
  readonly out: Writable;
  /** Whether the bytes go out as a chunk of HTTP/1.1's transfer coding, length in front. */
  readonly isChunked: boolean;
  /** Ends the response. */
  end(): void;
}

/**
 * Writes each watcher's frames once per group of commits, or where there are many watchers once per turn of the event
 * loop: what a watch costs is the write to the socket, not the event. Watchers that are told the same share the bytes. One
 * instance for all watchers of a server.
 *
 * A few watchers hear of a write before the writer does, as they mostly do in Kubernetes: controllers there refuse to
 * work, and try again, until their watch has shown them what they have written themselves.
 */
export class FrameFlusher {
  readonly #due = new Set<FrameWriter>();
  #isDueSoon = false;
  #isDueLater = false;
  #lastFrames: readonly Frame[] = [];
  #lastPlain: Buffer | undefined;
  #lastChunk: Buffer | undefined;

  /** For a watcher that has something new to hear. */
  schedule(writer: FrameWriter): void {
    this.#due.add(writer);
    if (this.#isDueSoon) return;
    this.#isDueSoon = true;
    // After all events of the commits at hand, before the answers to those who wait for them.
    queueMicrotask(() => {
      this.#isDueSoon = false;
      if (this.#due.size <= promptMax) this.#flush();
      else this.#flushLater();
    });
  }

  /** For a watcher that others have waited for, or that could not take more: by then more has gathered. */
  scheduleLater(writer: FrameWriter): void {
    this.#due.add(writer);
    this.#flushLater();
  }

  /** The frames as bytes: those of the watcher before when it was told the same. */
  encode(frames: readonly Frame[], isChunked: boolean): Buffer {
    if (!isSame(frames, this.#lastFrames)) {
      this.#lastFrames = frames;
      this.#lastPlain = undefined;
      this.#lastChunk = undefined;
    }
    this.#lastPlain ??= toBytes(frames);
    if (!isChunked) return this.#lastPlain;
    this.#lastChunk ??= toChunk(this.#lastPlain);
    return this.#lastChunk;
  }

  #flushLater(): void {
    if (this.#isDueLater) return;
    this.#isDueLater = true;
    setImmediate(() => {
      this.#isDueLater = false;
      this.#flush();
    });
  }

  #flush(): void {
    const due = [...this.#due];
    this.#due.clear();
    for (const writer of due) writer.flush();
    this.#lastFrames = [];
    this.#lastPlain = undefined;
    this.#lastChunk = undefined;
  }
}

/** Frames are shared, so equal ones are the same one and comparing them costs nothing. */
function isSame(left: readonly Frame[], right: readonly Frame[]): boolean {
  if (left.length !== right.length) return false;
  for (let i = 0; i < left.length; i++) if (left[i] !== right[i]) return false;
  return true;
}

function toBytes(frames: readonly Frame[]): Buffer {
  if (typeof frames[0] === 'string') return Buffer.from(frames.length === 1 ? frames[0] : frames.join(''));
  return Buffer.concat(frames as readonly Uint8Array[]);
}

function toChunk(bytes: Buffer): Buffer {
  return Buffer.concat([
    Buffer.from(`${bytes.length.toString(16)}\r\n`, 'latin1'),
    bytes,
    Buffer.from('\r\n', 'latin1'),
  ]);
}

/** One watcher's stream: all its frames are texts, or all are bytes. */
export class FrameWriter implements FrameSink {
  readonly #target: FrameTarget;
  readonly #flusher: FrameFlusher;
  readonly #onStalled: () => void;
  #queue: (Frame | Iterator<Frame>)[] = [];
  #next = 0;
  /** Characters in the queue; what an iterator will make is not counted: it is not there yet. */
  #backlogLength = 0;
  #isBlocked = false;
  #isEnding = false;
  #stallTimer: NodeJS.Timeout | undefined;

  /** `onStalled`: the client does not read. */
  constructor(target: FrameTarget, flusher: FrameFlusher, onStalled: () => void) {
    this.#target = target;
    this.#flusher = flusher;
    this.#onStalled = onStalled;
    target.out.once('close', () => clearTimeout(this.#stallTimer));
  }

  write(frame: Frame): void {
    this.#backlogLength += frame.length;
    if (this.#isBlocked && this.#backlogLength > backlogLengthMax) this.#giveUp();
    else this.#add(frame);
  }

  writeAll(frames: Iterable<Frame>): void {
    this.#add(frames[Symbol.iterator]());
  }

  end(): void {
    if (this.#isEnding) return;
    this.#isEnding = true;
    if (!this.#isBlocked) this.#flusher.schedule(this);
  }

  /** Called by the flusher. */
  flush(): void {
    const { out, isChunked } = this.#target;
    if (out.destroyed) return;
    const startMs = performance.now();
    while (this.#next < this.#queue.length && !this.#isBlocked) {
      const frames = this.#takeSlice();
      if (frames.length > 0 && !out.write(this.#flusher.encode(frames, isChunked))) this.#waitForDrain();
      else if (this.#next < this.#queue.length && performance.now() - startMs > turnMsMax) {
        this.#flusher.scheduleLater(this);
        return;
      }
    }
    if (this.#next < this.#queue.length) return;
    this.#queue = [];
    this.#next = 0;
    if (this.#isEnding && !this.#isBlocked) this.#target.end();
  }

  #add(entry: Frame | Iterator<Frame>): void {
    if (this.#isEnding) return;
    if (this.#queue.length === 0 && !this.#isBlocked) this.#flusher.schedule(this);
    this.#queue.push(entry);
  }

  /** The next frames, as many as go into one write. */
  #takeSlice(): readonly Frame[] {
    const frames: Frame[] = [];
    let length = 0;
    while (this.#next < this.#queue.length && length < writeLengthMax) {
      const frame = this.#takeFrame();
      if (frame === undefined) continue;
      frames.push(frame);
      length += frame.length;
    }
    return frames;
  }

  #takeFrame(): Frame | undefined {
    const entry = this.#queue[this.#next]!;
    if (typeof entry === 'string' || entry instanceof Uint8Array) {
      this.#next++;
      this.#backlogLength -= entry.length;
      return entry;
    }
    const { done, value } = entry.next();
    if (done !== true) return value;
    this.#next++;
    return undefined;
  }

  #giveUp(): void {
    this.#isEnding = true;
    this.#queue = [];
    this.#next = 0;
    this.#onStalled();
  }

  #waitForDrain(): void {
    this.#isBlocked = true;
    this.#stallTimer = setTimeout(() => this.#giveUp(), stallMsMax).unref();
    this.#target.out.once('drain', () => {
      this.#isBlocked = false;
      clearTimeout(this.#stallTimer);
      this.#flusher.scheduleLater(this);
    });
  }
}
