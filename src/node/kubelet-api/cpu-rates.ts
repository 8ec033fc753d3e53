/** A reading of a counter of CPU time. */
export interface CpuReading {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly usageCoreNanoSeconds: number;
}

/** Readings that lie closer together say little. */
const spanMsMin = 100;

/** Turns counters of CPU time into rates, from one reading to the next. */
export class CpuRates {
  #before = new Map<string, CpuReading>();
  #now = new Map<string, CpuReading>();

  /** Nanoseconds of CPU time per second since the reading before; undefined for the first one. */
  rate(id: string, reading: CpuReading): number | undefined {
    const before = this.#before.get(id);
    const isTooClose = before !== undefined && reading.at - before.at < spanMsMin;
    this.#now.set(id, isTooClose ? before : reading);
    if (before === undefined || isTooClose || reading.usageCoreNanoSeconds < before.usageCoreNanoSeconds)
      return undefined;
    return Math.round(((reading.usageCoreNanoSeconds - before.usageCoreNanoSeconds) * 1000) / (reading.at - before.at));
  }

  /** Ends a round: what was not read in it is forgotten. */
  endRound(): void {
    this.#before = this.#now;
    this.#now = new Map();
  }
}
