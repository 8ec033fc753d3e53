import type { StoredObject, StoreEvent } from '../storage/index.ts';
import { hashText } from '../world/index.ts';

/**
 * A running fingerprint of everything that was ever written, in order: each change's revision, key, kind of change and
 * virtual time. Two runs with the same digest went through the same history.
 *
 * Contents are folded in at checkpoints (`addText`) rather than with each change: encoding 8.6 million Leases would cost
 * more than writing them.
 */
export class HistoryDigest {
  readonly #now: () => number;
  /** Two 32-bit lanes, seeded differently. */
  #high = 0x811c9dc5;
  #low = 0x9747b28c;
  /** Changes taken in so far. */
  count = 0;

  constructor(now: () => number) {
    this.#now = now;
  }

  add(event: StoreEvent<StoredObject>): void {
    this.count++;
    // What stands between its creation and its deletion is named by when it was created, which is folded with its key.
    const isChange = event.entry !== undefined && event.previous !== undefined;
    this.#fold(isChange ? event.entry.createRevision : hashText(event.key));
    this.#fold(event.revision);
    this.#fold(event.entry === undefined ? 2 : event.previous === undefined ? 0 : 1);
    this.#fold(this.#now());
  }

  addText(text: string): void {
    this.#fold(hashText(text));
    this.#fold(hashText(text, 0x5bd1e995));
  }

  /** 16 hex digits. */
  format(): string {
    const hex = (lane: number): string => (lane >>> 0).toString(16).padStart(8, '0');
    return hex(this.#high) + hex(this.#low);
  }

  #fold(value: number): void {
    const lower = value | 0;
    const upper = Math.floor(value / 0x100000000) | 0;
    this.#high = Math.imul(this.#high ^ lower, 0x01000193) ^ upper;
    this.#low = Math.imul(this.#low + lower + upper, 0x85ebca6b) ^ (this.#low >>> 13);
  }
}
