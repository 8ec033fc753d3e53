/** Events in the order of their revisions, added at the end and dropped from the beginning. */
export class EventLog<E extends { readonly revision: number }> {
  #events: (E | undefined)[] = [];
  /** Where the log begins; what stands before has been dropped. */
  #head = 0;

  get size(): number {
    return this.#events.length - this.#head;
  }

  /** The `index`th event counted from the oldest one kept. */
  at(index: number): E | undefined {
    return this.#events[this.#head + index];
  }

  push(event: E): void {
    this.#events.push(event);
  }

  /** The index of the first event at `revision` or later; `size` when there is none. */
  indexOf(revision: number): number {
    let low = this.#head;
    let high = this.#events.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#events[middle]!.revision < revision) low = middle + 1;
      else high = middle;
    }
    return low - this.#head;
  }

  /** Forgets the `count` oldest. */
  drop(count: number): void {
    const end = Math.min(this.#head + count, this.#events.length);
    this.#events.fill(undefined, this.#head, end);
    this.#head = end;
    // Moving what is left costs no more than was spent on adding what is gone.
    if (this.#head > 1024 && this.#head > this.#events.length >> 1) {
      this.#events = this.#events.slice(this.#head);
      this.#head = 0;
    }
  }
}
