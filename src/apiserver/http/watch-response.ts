import type { Watch } from '../../client/index.ts';
import { StatusError, statusError } from '../../machinery/index.ts';
import type { ApiWatchEvent, ApiWatchSink } from '../core-contract.ts';
import type { Frame, FrameSink, HttpResponse } from './http-message.ts';
import type { WatchCounters } from './request-metrics.ts';

/** Batches longer than this are formatted as the client reads them. */
const largeBatchMin = 64;

/** How one watcher's events are written. */
export interface WatchFrames {
  readonly contentType: string;
  format(event: ApiWatchEvent): Frame;
  formatError(error: StatusError): Frame;
}

/** One watcher: the core's events in, frames out. */
export class WatchResponse implements ApiWatchSink {
  readonly #frames: WatchFrames;
  readonly #onEnd: () => void;
  readonly #counters: WatchCounters;
  #sink: FrameSink | undefined;
  /** What came before the server was ready to write. */
  #early: ((sink: FrameSink) => void)[] = [];
  #isOver = false;

  constructor(frames: WatchFrames, counters: WatchCounters, onEnd: () => void) {
    this.#frames = frames;
    this.#counters = counters;
    this.#onEnd = onEnd;
  }

  events(batch: readonly ApiWatchEvent[]): void {
    // The current objects of a large cluster come in one batch: they must not become one block of work.
    if (batch.length > largeBatchMin) this.#tell(sink => sink.writeAll(this.#formatAll(batch)));
    else for (const event of batch) this.#write(this.#format(event));
  }

  end(error?: Error): void {
    if (this.#isOver) return;
    if (error !== undefined) {
      const status = error instanceof StatusError ? error : statusError.internal('the watch has failed');
      this.#write(this.#frames.formatError(status));
    }
    this.#isOver = true;
    this.#sink?.end();
    this.#onEnd();
  }

  /** The response whose body streams what this sink is told; `watch` is cancelled when the client goes. */
  respond(watch: Watch): HttpResponse {
    return {
      status: 200,
      headers: { 'content-type': this.#frames.contentType, 'cache-control': 'no-cache, private' },
      body: { kind: 'frames', start: sink => this.#start(sink, watch) },
    };
  }

  #start(sink: FrameSink, watch: Watch): { cancel(): void } {
    this.#sink = sink;
    for (const tell of this.#early) tell(sink);
    this.#early = [];
    if (this.#isOver) sink.end();
    return {
      cancel: () => {
        if (this.#isOver) return;
        this.#isOver = true;
        watch.cancel();
        this.#onEnd();
      },
    };
  }

  #write(frame: Frame): void {
    if (this.#sink !== undefined && !this.#isOver) this.#sink.write(frame);
    else this.#tell(sink => sink.write(frame));
  }

  #tell(tell: (sink: FrameSink) => void): void {
    if (this.#isOver) return;
    if (this.#sink === undefined) this.#early.push(tell);
    else tell(this.#sink);
  }

  *#formatAll(batch: readonly ApiWatchEvent[]): Generator<Frame> {
    for (const event of batch) yield this.#format(event);
  }

  #format(event: ApiWatchEvent): Frame {
    const frame = this.#frames.format(event);
    this.#counters.count(frame.length);
    return frame;
  }
}
