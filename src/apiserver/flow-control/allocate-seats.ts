/** What one priority level may get, and what it would like. `target ≥ min ≥ 0`, `max ≥ min`. */
export interface SeatClaim {
  readonly min: number;
  readonly max: number;
  readonly target: number;
}

export interface SeatAllocation {
  /** One number a claim, in their order; they sum up to what there is. */
  readonly seats: readonly number[];
  /** The part of its target that everybody gets who is not held by a bound. */
  readonly fairFraction: number;
}

const targetMin = 0.001;
const tolerance = 1e-7;

/**
 * Divides `total` seats so that each claim gets the same fraction of its target, but not less than its minimum and not
 * more than its maximum. Undefined where the bounds leave no way. Kubernetes: `computeConcurrencyAllocation`, which finds
 * the fraction by walking along the bounds; the sum grows with the fraction, so here it is found between two of them.
 */
export function allocateSeats(total: number, claims: readonly SeatClaim[]): SeatAllocation | undefined {
  const targets = claims.map(({ target }) => Math.max(target, targetMin));
  const seatsAt = (fraction: number): readonly number[] =>
    claims.map(({ min, max }, i) => Math.max(min, Math.min(max, fraction * targets[i]!)));
  const sumAt = (fraction: number): number => seatsAt(fraction).reduce((sum, seats) => sum + seats, 0);
  const bounds = claims.flatMap(({ min, max }, i) => [min / targets[i]!, max / targets[i]!]).sort((a, b) => a - b);
  const [lowest = 0, highest = 0] = [bounds[0], bounds.at(-1)];
  if (sumAt(lowest) > total + tolerance || sumAt(highest) < total - tolerance) return undefined;
  let low = lowest;
  for (const bound of bounds) {
    const sum = sumAt(bound);
    if (sum >= total - tolerance) {
      const fairFraction = interpolate(low, sumAt(low), bound, sum, total);
      return { seats: seatsAt(fairFraction), fairFraction };
    }
    low = bound;
  }
  return { seats: seatsAt(highest), fairFraction: highest };
}

/** Between two neighbouring bounds the sum is a straight line. */
function interpolate(low: number, lowSum: number, high: number, highSum: number, total: number): number {
  if (highSum - lowSum <= tolerance) return low;
  return low + ((high - low) * (total - lowSum)) / (highSum - lowSum);
}
