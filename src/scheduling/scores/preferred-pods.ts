import type { AffinityTerm, PodEntry } from '../columns/index.ts';
import { selects, topologyOf } from '../filters/index.ts';
import { maxScore, type Score, type ScoreContext } from './score.ts';

/** Kubernetes: hardPodAffinityWeight, what a required affinity of a pod already there is worth to its friends. */
const hardAffinityWeight = 1;

/** Preferred affinity and anti-affinity between pods, in both directions. */
export const preferredPods: Score = {
  name: 'InterPodAffinity',
  weight: 2,
  prepare(entry, context) {
    const { preferred, preferredAnti } = entry.affinities;
    const { cluster, feasible } = context;
    if (preferred.length === 0 && preferredAnti.length === 0 && cluster.preferring.size === 0) return undefined;
    const scores = new Map<string, Map<string, number>>();
    addOwn(entry, preferred, 1, context, scores);
    addOwn(entry, preferredAnti, -1, context, scores);
    for (const other of cluster.preferring) addOthers(other, entry, context, scores);
    if (scores.size === 0) return undefined;
    return spreadBetween(feasible, slot => {
      const labels = cluster.nodes[slot]!.metadata.labels ?? {};
      let total = 0;
      for (const [key, byValue] of scores) total += byValue.get(labels[key] ?? '') ?? 0;
      return total;
    });
  },
};

type Scores = Map<string, Map<string, number>>;

function addOwn(
  entry: PodEntry,
  terms: readonly AffinityTerm[],
  sign: 1 | -1,
  { cluster }: ScoreContext,
  scores: Scores,
): void {
  if (terms.length === 0) return;
  cluster.nodes.forEach((node, slot) => {
    if (node === undefined) return;
    for (const other of cluster.podsAt(slot).values()) {
      if (other.uid === entry.uid) continue;
      for (const term of terms) {
        if (selects(term, other, cluster)) {
          add(scores, term.topologyKey, node.metadata.labels?.[term.topologyKey], sign * term.weight);
        }
      }
    }
  });
}

function addOthers(other: PodEntry, entry: PodEntry, { cluster }: ScoreContext, scores: Scores): void {
  const { preferred, preferredAnti, required } = other.affinities;
  const count = (terms: readonly AffinityTerm[], weigh: (term: AffinityTerm) => number): void => {
    for (const term of terms) {
      if (!selects(term, entry, cluster)) continue;
      add(scores, term.topologyKey, topologyOf(cluster, other, term.topologyKey), weigh(term));
    }
  };
  count(preferred, term => term.weight);
  count(preferredAnti, term => -term.weight);
  count(required, () => hardAffinityWeight);
}

function add(scores: Scores, key: string, value: string | undefined, weight: number): void {
  if (value === undefined) return;
  let byValue = scores.get(key);
  if (byValue === undefined) {
    byValue = new Map();
    scores.set(key, byValue);
  }
  byValue.set(value, (byValue.get(value) ?? 0) + weight);
}

/** The lowest raw score becomes 0, the highest 100. */
function spreadBetween(
  feasible: readonly number[],
  raw: (slot: number) => number,
): ((slot: number) => number) | undefined {
  const values = new Map(feasible.map(slot => [slot, raw(slot)]));
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  for (const value of values.values()) {
    min = Math.min(min, value);
    max = Math.max(max, value);
  }
  if (max === min) return undefined;
  return slot => Math.floor((maxScore * (values.get(slot)! - min)) / (max - min));
}
