import { prefixEnd, registryPrefix, resourcePrefix, type Store, type StoredObject } from '../storage/index.ts';

/** Heartbeats never stop, so they do not count as changes. */
const leasePrefix = resourcePrefix({ group: 'coordination.k8s.io', resource: 'leases' });

/** Knows when something other than a heartbeat last changed, and what. */
export class QuietWatch {
  readonly #now: () => number;
  #lastMs: number;
  #lastKey = '';

  constructor(store: Store<StoredObject>, now: () => number) {
    this.#now = now;
    this.#lastMs = now();
    store.watch(
      { start: registryPrefix, end: prefixEnd(registryPrefix) },
      {
        events: batch => {
          for (const { key } of batch) {
            if (key.startsWith(leasePrefix)) continue;
            this.#lastMs = this.#now();
            this.#lastKey = key;
          }
        },
        end: () => {},
      },
    );
  }

  /** For how long nothing has changed. */
  get quietMs(): number {
    return this.#now() - this.#lastMs;
  }

  get lastKey(): string {
    return this.#lastKey;
  }
}
