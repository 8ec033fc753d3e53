import { CompactedError, type StoreEvent, type StoreWatch, type StoreWatchSink, type WatchRequest } from '../store.ts';
import type { History } from './history.ts';

/** Tells watches what has become durable, in order, also when a sink writes again while it is being told. */
export class WatchHub<V> {
  readonly #history: History<V>;
  #watches: Watch<V>[] = [];
  readonly #queue: (readonly StoreEvent<V>[])[] = [];
  #isTelling = false;

  constructor(history: History<V>) {
    this.#history = history;
  }

  watch(request: WatchRequest, sink: StoreWatchSink<V>): StoreWatch {
    const { fromRevision } = request;
    const watch = new Watch(request, sink, Math.max(fromRevision ?? 0, this.#history.revision + 1));
    if (fromRevision !== undefined && fromRevision < this.#history.compactedRevision) {
      sink.end(new CompactedError(this.#history.compactedRevision));
      return watch;
    }
    this.#watches = [...this.#watches, watch];
    if (fromRevision !== undefined) this.#replay(watch, fromRevision);
    return {
      cancel: () => {
        watch.cancel();
        this.#watches = this.#watches.filter(other => other !== watch);
      },
    };
  }

  /** `events` are part of the history already. */
  publish(events: readonly StoreEvent<V>[]): void {
    if (this.#isTelling) {
      this.#queue.push(events);
      return;
    }
    this.#isTelling = true;
    try {
      let batch: readonly StoreEvent<V>[] | undefined = events;
      while (batch !== undefined) {
        const watches = this.#watches;
        for (let i = 0; i < watches.length; i++) watches[i]!.tell(batch);
        batch = this.#queue.shift();
      }
    } finally {
      this.#isTelling = false;
    }
  }

  /** Ends every watch. */
  close(error?: Error): void {
    const watches = this.#watches;
    this.#watches = [];
    for (const watch of watches) watch.end(error);
  }

  #replay(watch: Watch<V>, fromRevision: number): void {
    const past: StoreEvent<V>[] = [];
    this.#history.replay(
      fromRevision,
      key => watch.covers(key),
      event => past.push(event),
    );
    if (past.length > 0) watch.sink.events(past);
  }
}

class Watch<V> {
  readonly sink: StoreWatchSink<V>;
  readonly #start: string;
  readonly #end: string | undefined;
  /** Earlier events were told by the replay, or are not wanted. */
  readonly #firstRevision: number;
  #isOver = false;

  constructor(request: WatchRequest, sink: StoreWatchSink<V>, firstRevision: number) {
    this.sink = sink;
    this.#start = request.start;
    this.#end = request.end;
    this.#firstRevision = firstRevision;
  }

  covers(key: string): boolean {
    return this.#end === undefined ? key === this.#start : key >= this.#start && key < this.#end;
  }

  tell(batch: readonly StoreEvent<V>[]): void {
    if (this.#isOver) return;
    let wanted = 0;
    for (let i = 0; i < batch.length; i++) if (this.#wants(batch[i]!)) wanted++;
    if (wanted === batch.length) this.sink.events(batch);
    else if (wanted > 0) this.sink.events(batch.filter(event => this.#wants(event)));
    else this.sink.progress?.(batch[batch.length - 1]!.revision);
  }

  cancel(): void {
    this.#isOver = true;
  }

  end(error?: Error): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.sink.end(error);
  }

  #wants(event: StoreEvent<V>): boolean {
    return event.revision >= this.#firstRevision && this.covers(event.key);
  }
}
