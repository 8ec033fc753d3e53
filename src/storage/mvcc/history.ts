import {
  CompactedError,
  type Entry,
  FutureRevisionError,
  type RangeRequest,
  type RangeResult,
  type StoreEvent,
} from '../store.ts';
import { EventLog } from './event-log.ts';
import { countPast, SortedChunks, visitPast } from './sorted-chunks.ts';

/**
 * All keys as they are, and a log of how they became so since the last compaction. A past state is the present one with
 * the log's later events undone: reading the past is rare and pays for it, so that an update costs one map lookup and
 * one push.
 */
export class History<V> {
  revision = 1;
  compactedRevision = 0;
  readonly #slots = new Map<string, Slot<V>>();
  /** The latest slot that was asked for. */
  #found: Slot<V> | undefined;
  readonly #ordered = new SortedChunks<Slot<V>>();
  readonly #log = new EventLog<StoreEvent<V>>();

  /** How many keys there are. */
  get size(): number {
    return this.#slots.size;
  }

  /** How many changes are kept. */
  get logSize(): number {
    return this.#log.size;
  }

  get(key: string): Entry<V> | undefined {
    return this.#find(key)?.entry;
  }

  /** Makes the change part of the history. Revisions must not decrease. */
  apply(event: StoreEvent<V>): void {
    this.revision = event.revision;
    this.#set(event.key, event.entry);
    this.#log.push(event);
  }

  /** Takes over what a store had on disk, without a log of how it came about. */
  load(event: StoreEvent<V>): void {
    this.revision = event.revision;
    this.#set(event.key, event.entry);
  }

  range(request: RangeRequest): RangeResult<V> {
    const { start, end, revision: asked } = request;
    if (asked === undefined || asked === 0 || asked === this.revision) return this.#rangeNow(request);
    this.#assertReadable(asked);
    return this.#rangeAt(asked, start, end ?? `${start}\0`, request);
  }

  /** Calls `tell` with the events in the range at `fromRevision` and later, oldest first. */
  replay(fromRevision: number, isInRange: (key: string) => boolean, tell: (event: StoreEvent<V>) => void): void {
    for (let i = this.#log.indexOf(fromRevision); i < this.#log.size; i++) {
      const event = this.#log.at(i)!;
      if (isInRange(event.key)) tell(event);
    }
  }

  compact(revision: number): void {
    if (revision <= this.compactedRevision) throw new CompactedError(this.compactedRevision);
    if (revision > this.revision) throw new FutureRevisionError(revision, this.revision);
    this.compactIfLater(revision);
  }

  compactIfLater(revision: number): void {
    if (revision <= this.compactedRevision) return;
    this.compactedRevision = revision;
    this.#log.drop(this.#log.indexOf(revision));
  }

  /** How far a compaction to `revision` gets with about `limit` events forgotten, and which events those are. */
  compactionStep(revision: number, limit: number): { revision: number; events: StoreEvent<V>[] } {
    const events: StoreEvent<V>[] = [];
    for (let i = 0; i < this.#log.size; i++) {
      const event = this.#log.at(i)!;
      if (event.revision >= revision) break;
      // A revision is forgotten as a whole.
      if (events.length >= limit && event.revision !== events[events.length - 1]!.revision)
        return { revision: event.revision, events };
      events.push(event);
    }
    return { revision, events };
  }

  #assertReadable(revision: number): void {
    if (revision < this.compactedRevision) throw new CompactedError(this.compactedRevision);
    if (revision > this.revision) throw new FutureRevisionError(revision, this.revision);
  }

  /** A transaction compares, reads and writes the same key: three questions, one lookup. */
  #find(key: string): Slot<V> | undefined {
    if (this.#found?.key === key) return this.#found;
    const slot = this.#slots.get(key);
    if (slot !== undefined) this.#found = slot;
    return slot;
  }

  #set(key: string, entry: Entry<V> | undefined): void {
    const slot = this.#find(key);
    if (slot !== undefined && entry !== undefined) slot.entry = entry;
    else if (entry !== undefined) this.#add({ key, entry });
    else if (slot !== undefined) {
      this.#found = undefined;
      this.#slots.delete(key);
      this.#ordered.delete(key);
    }
  }

  #add(slot: Slot<V>): void {
    this.#slots.set(slot.key, slot);
    this.#ordered.insert(slot);
  }

  #rangeNow({ start, end, limit, countOnly }: RangeRequest): RangeResult<V> {
    const { revision } = this;
    if (end === undefined) {
      const entry = this.get(start);
      return { entries: entry === undefined || countOnly ? [] : [entry], count: entry === undefined ? 0 : 1, revision };
    }
    const entries: Entry<V>[] = [];
    if (!countOnly) {
      this.#ordered.visit(start, end, slot => {
        entries.push(slot.entry);
        return entries.length !== limit;
      });
    }
    return { entries, count: this.#ordered.count(start, end), revision };
  }

  #rangeAt(asked: number, start: string, end: string, { limit, countOnly }: RangeRequest): RangeResult<V> {
    const undone = this.#undoneSince(asked, start, end);
    const count = countPast(this.#ordered, key => this.#slots.has(key), undone, start, end);
    const entries: Entry<V>[] = [];
    if (!countOnly) {
      visitPast(
        this.#ordered,
        slot => slot.entry,
        undone,
        start,
        end,
        entry => {
          entries.push(entry);
          return entries.length !== limit;
        },
      );
    }
    return { entries, count, revision: this.revision };
  }

  /** For each key that changed after `revision` what stood there then. */
  #undoneSince(revision: number, start: string, end: string): Map<string, Entry<V> | undefined> {
    const undone = new Map<string, Entry<V> | undefined>();
    const first = this.#log.indexOf(revision + 1);
    for (let i = this.#log.size - 1; i >= first; i--) {
      const event = this.#log.at(i)!;
      if (event.key >= start && event.key < end) undone.set(event.key, event.previous);
    }
    return undone;
  }
}

interface Slot<V> {
  readonly key: string;
  entry: Entry<V>;
}
