export interface BackOffLimits {
  readonly minMs: number;
  readonly maxMs: number;
  /** Without a further failure for this long it begins anew. */
  readonly resetMs: number;
}

/** Kubernetes: containers and image pulls wait 10 s, doubling up to 5 min, and start afresh after 10 min. */
export const podBackOff: BackOffLimits = { minMs: 10_000, maxMs: 300_000, resetMs: 600_000 };

interface Entry {
  readonly delayMs: number;
  readonly updatedAt: number;
  /** The failure that was counted last: its delay is over. */
  readonly failedAt: number;
}

/** Kubernetes: flowcontrol.Backoff. How long each key has to wait after its last failure. Times are milliseconds. */
export class BackOff {
  readonly #limits: BackOffLimits;
  readonly #entries = new Map<string, Entry>();

  constructor(limits: BackOffLimits = podBackOff) {
    this.#limits = limits;
  }

  /** The delay in force for a failure at `failedAt`, and when it ends; undefined when there is none any more. */
  pending(
    key: string,
    failedAt: number,
    now: number,
  ): { readonly delayMs: number; readonly endsAt: number } | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined || this.#isOver(entry, failedAt)) return undefined;
    // A start that came to nothing because the sandbox had just died too is not another failure of the container.
    if (entry.failedAt === failedAt) return undefined;
    const endsAt = failedAt + entry.delayMs;
    return now < endsAt ? { delayMs: entry.delayMs, endsAt } : undefined;
  }

  /** As `pending`, since the last `next`. */
  pendingSinceUpdate(key: string, now: number): { readonly delayMs: number; readonly endsAt: number } | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    const endsAt = entry.updatedAt + entry.delayMs;
    return now < endsAt ? { delayMs: entry.delayMs, endsAt } : undefined;
  }

  /** Notes another failure at `failedAt`: the delay doubles. */
  next(key: string, failedAt: number, now: number): void {
    const entry = this.#entries.get(key);
    const { minMs, maxMs } = this.#limits;
    const isNew = entry === undefined || this.#isOver(entry, failedAt);
    this.#entries.set(key, { delayMs: isNew ? minMs : Math.min(maxMs, entry.delayMs * 2), updatedAt: now, failedAt });
  }

  forget(prefix: string): void {
    for (const key of this.#entries.keys()) if (key.startsWith(prefix)) this.#entries.delete(key);
  }

  #isOver(entry: Entry, failedAt: number): boolean {
    return failedAt - entry.updatedAt > this.#limits.resetMs;
  }
}
