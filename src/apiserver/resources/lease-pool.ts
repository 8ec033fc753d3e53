import type { Store } from '../../storage/index.ts';
import type { Clock } from '../../world/index.ts';

/** Kubernetes: how long one lease goes on taking new objects, and how many. */
const reuseMs = 60_000;
const maxObjects = 1000;

/** Leases for objects that expire. Objects of the same minute share one, so that there are never many. */
export class LeasePool {
  readonly #store: Pick<Store<unknown>, 'grantLease'>;
  readonly #clock: Clock;
  readonly #ttlMs: number;
  #current: Promise<number> | undefined;
  #closesAt = 0;
  #taken = 0;

  constructor(store: Pick<Store<unknown>, 'grantLease'>, clock: Clock, ttlMs: number) {
    this.#store = store;
    this.#clock = clock;
    this.#ttlMs = ttlMs;
  }

  /** A lease that lasts at least the pool's time to live from now on. */
  take(): Promise<number> {
    const now = this.#clock.monotonic();
    if (this.#current === undefined || now >= this.#closesAt || this.#taken >= maxObjects) {
      this.#current = this.#store.grantLease(this.#ttlMs + reuseMs);
      this.#closesAt = now + reuseMs;
      this.#taken = 0;
      this.#current.catch(() => {
        this.#current = undefined;
      });
    }
    this.#taken++;
    return this.#current;
  }
}
