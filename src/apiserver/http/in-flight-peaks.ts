/** How many requests were under way at once, at most, within the last full second. */
export class InFlightPeaks {
  #second = 0;
  readonly #now = { readOnly: 0, mutating: 0 };
  #peak = { readOnly: 0, mutating: 0 };
  #last = { readOnly: 0, mutating: 0 };

  change(isMutating: boolean, by: 1 | -1, nowMs: number): void {
    this.#turn(nowMs);
    const kind = isMutating ? 'mutating' : 'readOnly';
    this.#now[kind] += by;
    if (this.#now[kind] > this.#peak[kind]) this.#peak[kind] = this.#now[kind];
  }

  peaks(nowMs: number): { readonly readOnly: number; readonly mutating: number } {
    this.#turn(nowMs);
    return {
      readOnly: Math.max(this.#last.readOnly, this.#peak.readOnly),
      mutating: Math.max(this.#last.mutating, this.#peak.mutating),
    };
  }

  #turn(nowMs: number): void {
    const second = Math.floor(nowMs / 1000);
    if (second === this.#second) return;
    this.#last = second === this.#second + 1 ? this.#peak : { ...this.#now };
    this.#peak = { ...this.#now };
    this.#second = second;
  }
}
