import { type Status, StatusError } from '../../machinery/index.ts';
import type { WatchEvent, WatchSink } from '../transport.ts';
import { fromStatus } from './status-failure.ts';

/** Takes a watch's stream apart: a line an event, a batch for each piece that arrives. */
export class WatchLines {
  readonly #sink: WatchSink;
  #rest = '';
  #isOver = false;

  constructor(sink: WatchSink) {
    this.#sink = sink;
  }

  push(chunk: string): void {
    if (this.#isOver) return;
    const text = this.#rest + chunk;
    const end = text.lastIndexOf('\n');
    this.#rest = text.slice(end + 1);
    if (end < 0) return;
    try {
      this.#deliver(text.slice(0, end).split('\n'));
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      this.end(new StatusError('InternalError', `the watch sent what is no JSON: ${error.message}`));
    }
  }

  /** Nothing more is told, not even the end. */
  mute(): void {
    this.#isOver = true;
  }

  end(error?: Error): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#sink.end(error);
  }

  #deliver(lines: readonly string[]): void {
    const batch: WatchEvent[] = [];
    for (const line of lines) {
      if (line === '') continue;
      const event = JSON.parse(line) as WatchEvent | { readonly type: 'ERROR'; readonly object: Status };
      if (event.type === 'ERROR') {
        if (batch.length > 0) this.#sink.events(batch);
        this.end(fromStatus(event.object as Status));
        return;
      }
      batch.push(event);
    }
    if (batch.length > 0) this.#sink.events(batch);
  }
}
