import { allocateSeats } from './allocate-seats.ts';
import type { PriorityLevel } from './priority-level.ts';

/**
 * Lends seats that some levels do not need to those that do: what each needed lately decides. Returns the fair fraction.
 * Kubernetes: `updateBorrowingLocked`.
 */
export function adjustSeats(levels: readonly PriorityLevel[], nominalSum: number, nowMs: number): number {
  let left = nominalSum;
  const limited: PriorityLevel[] = [];
  for (const level of levels) {
    level.noteDemand(level.queues.demand.takeSummary(nowMs));
    if (level.isExempt) {
      level.target = Math.max(level.lowerSeatsNow, level.demandSmoothed);
      level.enforce(level.lowerSeatsNow);
      // Kubernetes: what exempt requests take is taken from the others' sum.
      left -= level.lowerSeatsNow;
    } else limited.push(level);
  }
  const lowerSum = limited.reduce((sum, level) => sum + level.lowerSeats, 0);
  const lowerSumNow = limited.reduce((sum, level) => sum + level.lowerSeatsNow, 0);
  for (const level of limited) level.target = Math.max(level.lowerSeatsNow, level.demandSmoothed);
  if (left <= lowerSum) {
    for (const level of limited) level.enforce(level.lowerSeats);
    return 0;
  }
  if (left <= lowerSumNow) {
    const part = (left - lowerSum) / (lowerSumNow - lowerSum);
    for (const level of limited) {
      level.enforce(level.lowerSeats + Math.round((level.lowerSeatsNow - level.lowerSeats) * part));
    }
    return 0;
  }
  const claims = limited.map(level => ({ min: level.lowerSeatsNow, max: level.upperSeats, target: level.target }));
  const allocation = allocateSeats(nominalSum, claims);
  for (const [i, level] of limited.entries()) level.enforce(Math.round(allocation?.seats[i] ?? level.currentSeats));
  return allocation?.fairFraction ?? 0;
}
