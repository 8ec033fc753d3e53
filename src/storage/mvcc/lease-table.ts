import type { Clock, Timer } from '../../world/index.ts';
import type { StoreEvent } from '../store.ts';
import { operationLimit } from './transaction-plan.ts';

interface Lease {
  readonly ttlMs: number;
  readonly keys: Set<string>;
  timer: Timer;
}

/** Which leases run, and which keys each holds. */
export class LeaseTable {
  readonly #clock: Pick<Clock, 'after'>;
  readonly #onExpired: (lease: number) => void;
  readonly #leases = new Map<number, Lease>();

  constructor(clock: Pick<Clock, 'after'>, onExpired: (lease: number) => void) {
    this.#clock = clock;
    this.#onExpired = onExpired;
  }

  has(lease: number): boolean {
    return this.#leases.has(lease);
  }

  /** Starts a lease, or the time of one that runs already. */
  start(lease: number, ttlMs: number): void {
    const running = this.#leases.get(lease);
    running?.timer.cancel();
    const timer = this.#clock.after(ttlMs, () => this.#onExpired(lease));
    this.#leases.set(lease, { ttlMs, keys: running?.keys ?? new Set(), timer });
  }

  /** False when the lease does not exist. */
  restart(lease: number): boolean {
    const running = this.#leases.get(lease);
    if (running === undefined) return false;
    this.start(lease, running.ttlMs);
    return true;
  }

  /** Transactions that delete the keys which the lease holds, in the order in which it got them: mostly one. */
  deletionsFor(lease: number): { compare: readonly never[]; operations: { delete: string }[] }[] {
    const operations = [...(this.#leases.get(lease)?.keys ?? [])].map(key => ({ delete: key }));
    const transactions = [];
    for (let i = 0; i < operations.length; i += operationLimit)
      transactions.push({ compare: [], operations: operations.slice(i, i + operationLimit) });
    return transactions;
  }

  end(lease: number): void {
    this.#leases.get(lease)?.timer.cancel();
    this.#leases.delete(lease);
  }

  endAll(): void {
    for (const lease of [...this.#leases.keys()]) this.end(lease);
  }

  /** A key belongs to the lease of its last write. */
  follow(event: Pick<StoreEvent<unknown>, 'key' | 'entry' | 'previous'>): void {
    const before = event.previous?.lease;
    const after = event.entry?.lease;
    if (before === after) return;
    if (before !== undefined) this.#leases.get(before)?.keys.delete(event.key);
    if (after !== undefined) this.#leases.get(after)?.keys.add(event.key);
  }
}
