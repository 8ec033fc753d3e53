import type { Random } from '../../world/index.ts';

/**
 * Numbers from 0 up to `size` of which each is somebody's or free. Draws from the upper part first and leaves the first
 * `reserved` to those who ask for a number by name. Knows nobody's numbers itself: `isTaken` does.
 *
 * Kubernetes: the dynamic and static bands of cluster IPs and node ports.
 */
export class NumberPool {
  readonly size: number;
  readonly #reserved: number;
  readonly #random: Random;

  constructor(size: number, reserved: number, random: Random) {
    this.size = size;
    this.#reserved = reserved;
    this.#random = random;
  }

  /** A free number, undefined when all are taken. */
  draw(isTaken: (number: number) => boolean): number | undefined {
    return this.#drawBetween(this.#reserved, this.size, isTaken) ?? this.#drawBetween(0, this.#reserved, isTaken);
  }

  #drawBetween(from: number, to: number, isTaken: (number: number) => boolean): number | undefined {
    const count = to - from;
    if (count <= 0) return undefined;
    const start = this.#random.integer(count);
    for (let i = 0; i < count; i++) {
      const number = from + ((start + i) % count);
      if (!isTaken(number)) return number;
    }
    return undefined;
  }
}

/** Kubernetes: `calculateRangeOffset`: how many of `size` the static band holds. */
export function staticBand(size: number, min: number, max: number, step: number): number {
  return size <= min ? 0 : Math.min(Math.max(min, Math.floor(size / step)), max);
}
