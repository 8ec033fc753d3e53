import type { History } from './mvcc/index.ts';
import type { Entry, StoreEvent } from './store.ts';

/** The history as it will be once everything accepted is written: what the next transaction is decided against. */
export class PendingVersions<V> {
  readonly #history: History<V>;
  /** The latest unwritten version of each key; its `entry` is undefined for a deletion. */
  readonly #events = new Map<string, StoreEvent<V>>();
  #revision: number;

  constructor(history: History<V>) {
    this.#history = history;
    this.#revision = history.revision;
  }

  get revision(): number {
    return this.#revision;
  }

  get(key: string): Entry<V> | undefined {
    if (this.#events.size === 0) return this.#history.get(key);
    const event = this.#events.get(key);
    return event === undefined ? this.#history.get(key) : event.entry;
  }

  /** Returns the revision of the events. */
  accept(events: readonly StoreEvent<V>[]): number {
    for (let i = 0; i < events.length; i++) this.#events.set(events[i]!.key, events[i]!);
    this.#revision = events[0]!.revision;
    return this.#revision;
  }

  /** The event has become history. */
  settle(event: StoreEvent<V>): void {
    if (this.#events.get(event.key) === event) this.#events.delete(event.key);
  }

  /** Nothing of what was accepted will be written. */
  forgetAll(): void {
    this.#events.clear();
    this.#revision = this.#history.revision;
  }
}
