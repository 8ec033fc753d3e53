/**
 * Why a node may not do: one file a filter, in the order in which upstream's scheduler asks them. The first that refuses
 * gives the reason.
 *
 * Start reading at `filter.ts`.
 */
import type { Filter } from './filter.ts';
import { nodeAffinity } from './node-affinity.ts';
import { nodeName } from './node-name.ts';
import { nodePorts } from './node-ports.ts';
import { nodeUnschedulable } from './node-unschedulable.ts';
import { podAffinity } from './pod-affinity.ts';
import { resourceFit } from './resource-fit.ts';
import { taintToleration } from './taint-toleration.ts';
import { topologySpread } from './topology-spread.ts';

export type { Filter, NodeCheck, Refusal } from './filter.ts';
export { selects, topologyOf } from './pod-affinity.ts';

export const filters: readonly Filter[] = [
  nodeUnschedulable,
  nodeName,
  taintToleration,
  nodeAffinity,
  nodePorts,
  resourceFit,
  topologySpread,
  podAffinity,
];
