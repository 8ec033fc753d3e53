import { isTolerated } from '../taints.ts';
import { type Filter, refuse } from './filter.ts';

const unschedulable = refuse(true, 'node(s) were unschedulable');

/** Cordoned nodes take no pods, but for those that tolerate it (DaemonSets). */
export const nodeUnschedulable: Filter = {
  name: 'NodeUnschedulable',
  prepare({ pod }, { nodes }) {
    const taint = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' };
    if (isTolerated(pod.spec?.tolerations, taint)) return undefined;
    return slot => (nodes[slot]!.spec?.unschedulable === true ? unschedulable : undefined);
  },
};
