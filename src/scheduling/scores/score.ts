import type { LabelMatcher } from '../../machinery/index.ts';
import type { ClusterColumns, PodEntry } from '../columns/index.ts';

/** Kubernetes: every score ends between 0 and this. */
export const maxScore = 100;

export interface ScoreContext {
  readonly cluster: ClusterColumns;
  /** The slots that passed all filters. */
  readonly feasible: readonly number[];
  /** What the pod's Services and controller select: pods to spread from when the pod itself says nothing. */
  readonly siblings: LabelMatcher | undefined;
}

/** One reason to prefer a node. One file each, one line in the list of `index.ts`. */
export interface Score {
  /** Kubernetes: the plugin's name. */
  readonly name: string;
  readonly weight: number;
  /** Works out what is the same for all nodes; undefined when all nodes are equal to this pod. */
  prepare(pod: PodEntry, context: ScoreContext): ((slot: number) => number) | undefined;
}

/** Kubernetes: DefaultNormalizeScore. The highest raw score becomes 100; reversed, the lowest does. */
export function normalize(
  feasible: readonly number[],
  raw: (slot: number) => number,
  isReversed: boolean,
): ((slot: number) => number) | undefined {
  const values = new Map<number, number>();
  let max = 0;
  for (const slot of feasible) {
    const value = raw(slot);
    values.set(slot, value);
    if (value > max) max = value;
  }
  if (max === 0) return undefined;
  return slot => {
    const scaled = Math.floor((maxScore * values.get(slot)!) / max);
    return isReversed ? maxScore - scaled : scaled;
  };
}
