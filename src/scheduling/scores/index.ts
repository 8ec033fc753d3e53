/**
 * Why one node is better than another: one file a score, with upstream's default weights.
 *
 * Start reading at `score.ts`.
 */
import { balancedAllocation } from './balanced-allocation.ts';
import { imageLocality } from './image-locality.ts';
import { leastAllocated } from './least-allocated.ts';
import { preferredNodes } from './preferred-nodes.ts';
import { preferredPods } from './preferred-pods.ts';
import { preferredSpread } from './preferred-spread.ts';
import { preferredTaints } from './preferred-taints.ts';
import type { Score } from './score.ts';

export type { Score, ScoreContext } from './score.ts';

export const scores: readonly Score[] = [
  preferredTaints,
  preferredNodes,
  leastAllocated,
  preferredSpread,
  preferredPods,
  balancedAllocation,
  imageLocality,
];
