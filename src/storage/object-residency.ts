import type { StoredObject } from './stored-object.ts';

/**
 * Bounds how many objects are resident in both forms. 150,000 pods are 0.8 GB as text and 1.4 GB decoded, so a store
 * that keeps text (SQLite's) keeps the decoded form of only the most recently written or decoded ones; of the others
 * it remembers the instance weakly, so that whoever still holds it (an informer, the scheduler) goes on sharing it.
 */
export class ObjectResidency {
  readonly #held: (StoredObject | undefined)[];
  #next = 0;

  /** `limit`: how many objects may keep their decoded form besides their text. */
  constructor(limit = 16_384) {
    this.#held = new Array(limit).fill(undefined);
  }

  /** Told by an object that has just become resident in both forms; lets the one go that was held longest. */
  hold(object: StoredObject): void {
    const { length } = this.#held;
    this.#held[this.#next]?.forgetDecoded();
    this.#held[this.#next] = object;
    this.#next = (this.#next + 1) % length;
  }
}
