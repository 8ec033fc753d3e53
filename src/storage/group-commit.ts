import type { Journal, JournalRecord } from './journal.ts';

/** Something to write: its records go into one group together. */
export interface GroupItem {
  readonly records: readonly JournalRecord[];
}

export interface GroupOutcome<T> {
  /** In the order of submission. */
  onDurable(items: readonly T[]): void;
  /** `items` are those of the failed group and all that were queued behind it. */
  onFailed(items: readonly T[], error: unknown): void;
}

type GroupJournal = Pick<Journal, 'write' | 'afterArrivals'>;

/** How many records one group holds at most: a bound on its latency. */
const groupLimit = 2048;

/** Writes items in groups: all that were submitted while a group was being written share the next one. */
export class GroupCommit<T extends GroupItem> {
  readonly #journal: GroupJournal;
  readonly #outcome: GroupOutcome<T>;
  #queue: T[] = [];
  #writing: readonly T[] | undefined;
  #isScheduled = false;
  #onIdle: (() => void)[] = [];

  constructor(journal: GroupJournal, outcome: GroupOutcome<T>) {
    this.#journal = journal;
    this.#outcome = outcome;
  }

  get isIdle(): boolean {
    return this.#writing === undefined && this.#queue.length === 0;
  }

  submit(item: T): void {
    this.#queue.push(item);
    if (this.#writing !== undefined || this.#isScheduled) return;
    this.#isScheduled = true;
    if (this.#journal.afterArrivals === undefined) Promise.resolve().then(this.#begin);
    else this.#journal.afterArrivals(this.#begin);
  }

  /** Resolves when nothing is left to write. */
  drain(): Promise<void> {
    return this.isIdle ? Promise.resolve() : new Promise(resolve => this.#onIdle.push(resolve));
  }

  readonly #begin = (): void => {
    this.#isScheduled = false;
    this.#writeNext();
  };

  #writeNext(): void {
    if (this.#writing !== undefined) return;
    if (this.#queue.length === 0) {
      const waiting = this.#onIdle;
      this.#onIdle = [];
      for (const resolve of waiting) resolve();
      return;
    }
    const group = this.#takeGroup();
    this.#writing = group;
    this.#journal.write(group.flatMap(item => item.records)).then(
      () => {
        this.#writing = undefined;
        // The disk gets its next group before anybody is told of this one.
        this.#writeNext();
        this.#outcome.onDurable(group);
      },
      (error: unknown) => {
        const refused = [...group, ...this.#queue];
        this.#queue = [];
        this.#writing = undefined;
        this.#outcome.onFailed(refused, error);
        this.#writeNext();
      },
    );
  }

  #takeGroup(): readonly T[] {
    let count = 0;
    let records = 0;
    while (count < this.#queue.length && (count === 0 || records < groupLimit))
      records += this.#queue[count++]!.records.length;
    const group = count === this.#queue.length ? this.#queue : this.#queue.slice(0, count);
    this.#queue = count === this.#queue.length ? [] : this.#queue.slice(count);
    return group;
  }
}
