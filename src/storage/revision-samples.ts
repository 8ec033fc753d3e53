/** Remembers which revision was the latest when, to find the revision of some time ago. */
export class RevisionSamples {
  readonly #ageMs: number;
  #samples: { readonly atMs: number; readonly revision: number }[] = [];

  constructor(ageMs: number) {
    this.#ageMs = ageMs;
  }

  /** Notes the present and answers with the latest revision known to be at least the age old; undefined when none is. */
  sample(nowMs: number, revision: number): number | undefined {
    this.#samples.push({ atMs: nowMs, revision });
    const isOld = (sample: { readonly atMs: number }): boolean => sample.atMs <= nowMs - this.#ageMs;
    const old = this.#samples.findLast(isOld);
    this.#samples = this.#samples.filter(sample => sample === old || !isOld(sample));
    return old?.revision;
  }
}
