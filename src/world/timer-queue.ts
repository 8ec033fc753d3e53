import type { Timer } from './clock.ts';

class Entry implements Timer {
  readonly dueMs: number;
  readonly order: number;
  /** Undefined once it has fired or been cancelled. */
  run: (() => void) | undefined;

  constructor(dueMs: number, order: number, run: () => void) {
    this.dueMs = dueMs;
    this.order = order;
    this.run = run;
  }

  cancel(): void {
    this.run = undefined;
  }
}

/** Timers by due time, then by the order in which they were set: a binary heap whose cancelled entries fall out lazily. */
export class TimerQueue {
  readonly #heap: Entry[] = [];
  #order = 0;

  add(dueMs: number, run: () => void): Timer {
    const entry = new Entry(dueMs, this.#order++, run);
    this.#siftUp(entry);
    return entry;
  }

  /** When the earliest live timer is due; undefined when there is none. */
  nextDue(): number | undefined {
    this.#dropCancelled();
    return this.#heap[0]?.dueMs;
  }

  /** Removes and returns the earliest live timer's callback if it is due at `instant` or before. */
  takeDue(instant: number): (() => void) | undefined {
    this.#dropCancelled();
    const first = this.#heap[0];
    if (first === undefined || first.dueMs > instant) return undefined;
    this.#removeFirst();
    const run = first.run;
    first.run = undefined;
    return run;
  }

  #dropCancelled(): void {
    while (this.#heap.length > 0 && this.#heap[0]!.run === undefined) this.#removeFirst();
  }

  #removeFirst(): void {
    const last = this.#heap.pop()!;
    if (this.#heap.length > 0) this.#siftDown(last);
  }

  #siftUp(entry: Entry): void {
    const heap = this.#heap;
    let i = heap.length;
    heap.push(entry);
    while (i > 0) {
      const parent = (i - 1) >> 1;
      const above = heap[parent]!;
      if (!isBefore(entry, above)) break;
      heap[i] = above;
      i = parent;
    }
    heap[i] = entry;
  }

  #siftDown(entry: Entry): void {
    const heap = this.#heap;
    const length = heap.length;
    let i = 0;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= length) break;
      if (child + 1 < length && isBefore(heap[child + 1]!, heap[child]!)) child++;
      if (!isBefore(heap[child]!, entry)) break;
      heap[i] = heap[child]!;
      i = child;
    }
    heap[i] = entry;
  }
}

function isBefore(a: Entry, b: Entry): boolean {
  return a.dueMs < b.dueMs || (a.dueMs === b.dueMs && a.order < b.order);
}
