import { createSeededRandom, type Random } from '../../src/world/index.ts';

/** Draws of one scenario: the same seed and index give the same draws, whatever other scenarios draw. */
export class Chance {
  readonly #random: Random;

  constructor(seed: string) {
    this.#random = createSeededRandom(seed);
  }

  /** True in `share` of the draws. */
  is(share: number): boolean {
    return this.#random.float() < share;
  }

  below(limit: number): number {
    return this.#random.integer(limit);
  }

  pick<T>(choices: readonly T[]): T {
    if (choices.length === 0) throw new Error('nothing to pick from');
    return choices[this.#random.integer(choices.length)]!;
  }

  /** By weight: `[[3, a], [1, b]]` gives `a` three times as often as `b`. */
  weigh<T>(choices: readonly (readonly [weight: number, choice: T])[]): T {
    let left = this.#random.float() * choices.reduce((sum, [weight]) => sum + weight, 0);
    for (const [weight, choice] of choices) {
      left -= weight;
      if (left < 0) return choice;
    }
    return choices.at(-1)![1];
  }

  bytes(length: number): Uint8Array {
    return this.#random.bytes(length);
  }

  word(length: number): string {
    return this.#random.suffix(length);
  }
}
