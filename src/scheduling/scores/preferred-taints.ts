import { isTolerated } from '../taints.ts';
import { normalize, type Score } from './score.ts';

/** Prefers nodes with fewer PreferNoSchedule taints that the pod does not tolerate. */
export const preferredTaints: Score = {
  name: 'TaintToleration',
  weight: 3,
  prepare({ pod }, { cluster, feasible }) {
    const tolerations = pod.spec?.tolerations;
    const count = (slot: number): number => {
      const taints = cluster.nodes[slot]!.spec?.taints;
      if (taints === undefined) return 0;
      return taints.filter(taint => taint.effect === 'PreferNoSchedule' && !isTolerated(tolerations, taint)).length;
    };
    return normalize(feasible, count, true);
  },
};
