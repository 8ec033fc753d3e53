import { matchesNodeSelectorTerm } from '../node-selection.ts';
import { normalize, type Score } from './score.ts';

/** Preferred node affinity: the weights of the terms that a node matches. */
export const preferredNodes: Score = {
  name: 'NodeAffinity',
  weight: 2,
  prepare({ pod }, { cluster, feasible }) {
    const preferred = pod.spec?.affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution;
    if (preferred === undefined || preferred.length === 0) return undefined;
    const weigh = (slot: number): number => {
      let total = 0;
      for (const { preference, weight } of preferred) {
        if (matchesNodeSelectorTerm(preference, cluster.nodes[slot]!)) total += weight;
      }
      return total;
    };
    return normalize(feasible, weigh, false);
  },
};
