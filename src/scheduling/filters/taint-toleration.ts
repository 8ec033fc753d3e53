import { findUntolerated } from '../taints.ts';
import { type Filter, refuse } from './filter.ts';

const untolerated = refuse(true, 'node(s) had untolerated taint(s)');
const effects: ReadonlySet<string> = new Set(['NoSchedule', 'NoExecute']);

/** A node's taints keep away the pods that do not tolerate them. */
export const taintToleration: Filter = {
  name: 'TaintToleration',
  prepare({ pod }, { nodes }) {
    const tolerations = pod.spec?.tolerations;
    return slot => {
      const taints = nodes[slot]!.spec?.taints;
      if (taints === undefined) return undefined;
      return findUntolerated(tolerations, taints, effects) === undefined ? undefined : untolerated;
    };
  },
};
