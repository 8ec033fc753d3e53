/**
 * Pure placement: which nodes a pod may go to, which of them is best, and who would have to make room. Knows no API
 * server and no time; the scheduler, the DaemonSet controller, the autoscaler and the planner all ask it.
 *
 * Start reading at `placement.ts`; the cluster that it looks at is `columns/cluster-columns.ts`. To add a filter or a
 * score: one file in `filters/` or `scores/`, one line in the list of its `index.ts`.
 */
export {
  ClusterColumns,
  createPodEntry,
  demandOf,
  type HostPort,
  type PodDemand,
  type PodEntry,
} from './columns/index.ts';
export { formatFitError, formatPreemptionFailure } from './fit-error.ts';
export { matchesNodeSelection, matchesNodeSelector, matchesNodeSelectorTerm } from './node-selection.ts';
export { type Diagnosis, type Placement, type PlacementOptions, placePod } from './placement.ts';
export { type BudgetLookup, findPreemption, type Preemption, type PreemptionCandidate } from './preemption.ts';
export { findUntolerated, isTolerated, tolerates } from './taints.ts';
