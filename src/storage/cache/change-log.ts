import { EventLog } from '../mvcc/index.ts';
import type { StoredObject } from '../stored-object.ts';
import type { ObjectChange } from './object-change.ts';

/** How many of the latest changes keep their watch frames for watchers that have not read them yet. */
const freshCount = 64;

/** The past changes of one resource: what a watch from an earlier revision is told, and how an earlier state is found. */
export class ChangeLog {
  /** Kubernetes: the watch cache holds between 100 and 102,400 events of a resource. */
  static readonly minimumSize = 100;
  static readonly maximumSize = 102_400;
  readonly #changes = new EventLog<ObjectChange>();
  /** Every change after this revision is in the log. */
  #floor: number;

  constructor(floor: number) {
    this.#floor = floor;
  }

  get floor(): number {
    return this.#floor;
  }

  push(change: ObjectChange): void {
    this.#changes.push(change);
    this.#changes.at(this.#changes.size - freshCount)?.forgetFrames();
    if (this.#changes.size > ChangeLog.maximumSize) this.#drop(ChangeLog.minimumSize);
  }

  /** Forgets changes up to `revision`, but not the last hundred: on a quiet resource a watch may go on from long ago. */
  trim(revision: number): void {
    const isOld = this.#changes.indexOf(revision + 1);
    this.#drop(Math.min(isOld, this.#changes.size - ChangeLog.minimumSize));
  }

  visitSince(revision: number, visit: (change: ObjectChange) => void): void {
    for (let i = this.#changes.indexOf(revision + 1); i < this.#changes.size; i++) visit(this.#changes.at(i)!);
  }

  /** For each key in the range that changed after `revision`: what stood there then. */
  undoneSince(revision: number, start: string, end: string): Map<string, StoredObject | undefined> {
    const undone = new Map<string, StoredObject | undefined>();
    const first = this.#changes.indexOf(revision + 1);
    for (let i = this.#changes.size - 1; i >= first; i--) {
      const change = this.#changes.at(i)!;
      const { key } = change.row;
      if (key >= start && key < end) undone.set(key, change.previous);
    }
    return undone;
  }

  #drop(count: number): void {
    if (count <= 0) return;
    this.#floor = this.#changes.at(count - 1)!.revision;
    this.#changes.drop(count);
  }
}
