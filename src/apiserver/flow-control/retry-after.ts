const retryAfterSecondsMax = 32;

interface DroppedInSecond {
  readonly second: number;
  readonly count: number;
}

/**
 * After how many seconds those whom a priority level refuses should come again: twice as long while many are refused,
 * less again when few are. Kubernetes: `DroppedRequestsTracker`.
 */
export class RetryAfter {
  #seconds = 1;
  #raisedAtSecond = 0;
  #currentSecond = 0;
  #currentCount = 0;
  #history: DroppedInSecond[] = [];

  get seconds(): number {
    return this.#seconds;
  }

  noteDropped(nowMs: number): void {
    const second = Math.floor(nowMs / 1000);
    if (second === this.#currentSecond) {
      this.#currentCount++;
      return;
    }
    this.#closeSecond();
    this.#currentSecond = second;
    this.#currentCount = 1;
    this.#adjust(second);
  }

  #closeSecond(): void {
    const second = this.#currentSecond;
    const keepSeconds = Math.min(2 * this.#seconds, retryAfterSecondsMax);
    this.#history = this.#history.filter(entry => second - entry.second <= keepSeconds);
    this.#history.push({ second, count: this.#currentCount });
  }

  /** Looks at the seconds before this one, as many as clients are told to wait. */
  #adjust(second: number): void {
    const seconds = this.#seconds;
    let dropped = 0;
    for (const entry of this.#history) if (second - entry.second <= seconds) dropped += entry.count;
    if (second - this.#raisedAtSecond >= seconds && dropped >= 3 * seconds) {
      this.#seconds = Math.min(2 * seconds, retryAfterSecondsMax);
      this.#raisedAtSecond = second;
    } else if (dropped < seconds && seconds > 1) this.#seconds--;
  }
}
