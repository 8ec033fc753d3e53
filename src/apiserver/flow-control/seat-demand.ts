export interface DemandSummary {
  readonly durationMs: number;
  readonly average: number;
  readonly deviation: number;
  readonly max: number;
}

/** Integrates how many seats a priority level could use over time. Kubernetes: `fairqueuing.Integrator`. */
export class SeatDemand {
  #seats = 0;
  #lastMs: number;
  #durationMs = 0;
  /** Integrals of the seats, and of their squares, over time. */
  #sum = 0;
  #squares = 0;
  #max = 0;

  constructor(nowMs: number) {
    this.#lastMs = nowMs;
  }

  set(seats: number, nowMs: number): void {
    this.#advance(nowMs);
    this.#seats = seats;
    if (seats > this.#max) this.#max = seats;
  }

  /** What there was since the last call. */
  takeSummary(nowMs: number): DemandSummary {
    this.#advance(nowMs);
    const durationMs = this.#durationMs;
    const average = durationMs > 0 ? this.#sum / durationMs : 0;
    const variance = durationMs > 0 ? this.#squares / durationMs - average * average : 0;
    const summary = { durationMs, average, deviation: variance > 0 ? Math.sqrt(variance) : 0, max: this.#max };
    this.#durationMs = 0;
    this.#sum = 0;
    this.#squares = 0;
    this.#max = this.#seats;
    return summary;
  }

  #advance(nowMs: number): void {
    const elapsedMs = nowMs - this.#lastMs;
    if (elapsedMs <= 0) return;
    this.#lastMs = nowMs;
    this.#durationMs += elapsedMs;
    this.#sum += this.#seats * elapsedMs;
    this.#squares += this.#seats * this.#seats * elapsedMs;
  }
}
