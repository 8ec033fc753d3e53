import type { LabelMatcher } from '../machinery/index.ts';
import type { Random } from '../world/index.ts';
import type { ClusterColumns, PodEntry } from './columns/index.ts';
import { filters, type NodeCheck, type Refusal } from './filters/index.ts';
import { scores } from './scores/index.ts';

export interface PlacementOptions {
  /** Chooses among equally good nodes. */
  readonly random: Random;
  readonly siblings?: LabelMatcher | undefined;
}

export type Placement =
  | { readonly isPlaced: true; readonly slot: number; readonly nodeName: string }
  | { readonly isPlaced: false; readonly diagnosis: Diagnosis };

/** Why no node does: what each node's first refusing filter said. */
export interface Diagnosis {
  readonly nodeCount: number;
  /** By slot. */
  readonly refusals: ReadonlyMap<number, Refusal>;
}

/**
 * Finds the best node for a pod, or why there is none.
 *
 * Differs from Kubernetes: all nodes are looked at, where kube-scheduler stops at a sample of a large cluster; so the
 * best node here is the best of all.
 */
export function placePod(entry: PodEntry, cluster: ClusterColumns, options: PlacementOptions): Placement {
  const check = prepareChecks(entry, cluster);
  const refusals = new Map<number, Refusal>();
  const feasible: number[] = [];
  for (let slot = 0; slot < cluster.nodes.length; slot++) {
    if (cluster.nodes[slot] === undefined) continue;
    const refusal = check(slot);
    if (refusal === undefined) feasible.push(slot);
    else refusals.set(slot, refusal);
  }
  if (feasible.length === 0) return { isPlaced: false, diagnosis: { nodeCount: cluster.nodeCount, refusals } };
  const slot = chooseBest(entry, cluster, feasible, options);
  return { isPlaced: true, slot, nodeName: cluster.nodes[slot]!.metadata.name ?? '' };
}

/** All filters as one check, which answers with the first refusal. */
export function prepareChecks(entry: PodEntry, cluster: ClusterColumns): NodeCheck {
  const checks: NodeCheck[] = [];
  for (const filter of filters) {
    const check = filter.prepare(entry, cluster);
    if (check !== undefined) checks.push(check);
  }
  return slot => {
    for (const check of checks) {
      const refusal = check(slot);
      if (refusal !== undefined) return refusal;
    }
    return undefined;
  };
}

function chooseBest(
  entry: PodEntry,
  cluster: ClusterColumns,
  feasible: readonly number[],
  { random, siblings }: PlacementOptions,
): number {
  if (feasible.length === 1) return feasible[0]!;
  const context = { cluster, feasible, siblings };
  const parts = scores.flatMap(score => {
    const of = score.prepare(entry, context);
    return of === undefined ? [] : [{ of, weight: score.weight }];
  });
  let best = -1;
  let bestScore = Number.NEGATIVE_INFINITY;
  let ties = 0;
  for (const slot of feasible) {
    let score = 0;
    for (const { of, weight } of parts) score += weight * of(slot);
    if (score > bestScore) {
      bestScore = score;
      best = slot;
      ties = 1;
    } else if (score === bestScore && random.integer(++ties) === 0) {
      // Reservoir sampling: each of the equally good nodes is as likely as the others.
      best = slot;
    }
  }
  return best;
}
