import { matchesNodeSelection } from '../node-selection.ts';
import { type Filter, refuse } from './filter.ts';

const noMatch = refuse(true, "node(s) didn't match Pod's node affinity/selector");

/** nodeSelector and required node affinity. */
export const nodeAffinity: Filter = {
  name: 'NodeAffinity',
  prepare({ pod }, { nodes }) {
    const { nodeSelector, affinity } = pod.spec ?? {};
    const required = affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
    if (nodeSelector === undefined && required === undefined) return undefined;
    return slot => (matchesNodeSelection(pod, nodes[slot]!) ? undefined : noMatch);
  },
};
