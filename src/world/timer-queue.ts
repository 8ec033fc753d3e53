import type { Timer } from './clock.ts';

class Entry implements Timer {
  /** Undefined once it has fired or been cancelled. */
  run: (() => void) | undefined;

  constructor(run: () => void) {
    this.run = run;
  }

  cancel(): void {
    this.run = undefined;
  }
}

/** Four children a node: half as many levels as with two, and the four stand side by side in memory. */
const arity = 4;
const initialCapacity = 256;

/**
 * Timers by due time, then by the order in which they were set: a heap whose cancelled entries fall out lazily. What is
 * compared stands in columns of its own, because looking into thousands of scattered entries is what a heap's time goes
 * into.
 */
export class TimerQueue {
  #entries: Entry[] = [];
  #due = new Float64Array(initialCapacity);
  #orders = new Float64Array(initialCapacity);
  #nextOrder = 0;

  add(dueMs: number, run: () => void): Timer {
    const entry = new Entry(run);
    const last = this.#entries.length;
    this.#entries.push(entry);
    if (last === this.#due.length) this.#grow();
    this.#siftUp(last, entry, dueMs, this.#nextOrder++);
    return entry;
  }

  /** When the earliest live timer is due; undefined when there is none. */
  nextDue(): number | undefined {
    this.#dropCancelled();
    return this.#entries.length === 0 ? undefined : this.#due[0];
  }

  /** Removes and returns the earliest live timer's callback if it is due at `instant` or before. */
  takeDue(instant: number): (() => void) | undefined {
    this.#dropCancelled();
    if (this.#entries.length === 0 || this.#due[0]! > instant) return undefined;
    const first = this.#entries[0]!;
    this.#removeFirst();
    const { run } = first;
    first.run = undefined;
    return run;
  }

  #dropCancelled(): void {
    while (this.#entries.length > 0 && this.#entries[0]!.run === undefined) this.#removeFirst();
  }

  #removeFirst(): void {
    const last = this.#entries.pop()!;
    const { length } = this.#entries;
    if (length > 0) this.#siftDown(last, this.#due[length]!, this.#orders[length]!);
  }

  #siftUp(from: number, entry: Entry, dueMs: number, order: number): void {
    const due = this.#due;
    let i = from;
    while (i > 0) {
      const parent = Math.floor((i - 1) / arity);
      // Whoever stands already was set earlier.
      if (due[parent]! <= dueMs) break;
      this.#move(parent, i);
      i = parent;
    }
    this.#place(i, entry, dueMs, order);
  }

  #siftDown(entry: Entry, dueMs: number, order: number): void {
    const due = this.#due;
    const orders = this.#orders;
    const { length } = this.#entries;
    let i = 0;
    for (;;) {
      const first = arity * i + 1;
      if (first >= length) break;
      const end = Math.min(first + arity, length);
      let child = first;
      for (let other = first + 1; other < end; other++) {
        const isBefore = due[other]! < due[child]! || (due[other] === due[child] && orders[other]! < orders[child]!);
        if (isBefore) child = other;
      }
      if (dueMs < due[child]! || (dueMs === due[child] && order < orders[child]!)) break;
      this.#move(child, i);
      i = child;
    }
    this.#place(i, entry, dueMs, order);
  }

  #move(from: number, to: number): void {
    this.#place(to, this.#entries[from]!, this.#due[from]!, this.#orders[from]!);
  }

  #place(i: number, entry: Entry, dueMs: number, order: number): void {
    this.#entries[i] = entry;
    this.#due[i] = dueMs;
    this.#orders[i] = order;
  }

  #grow(): void {
    const due = new Float64Array(this.#due.length * 2);
    const orders = new Float64Array(this.#due.length * 2);
    due.set(this.#due);
    orders.set(this.#orders);
    this.#due = due;
    this.#orders = orders;
  }
}
