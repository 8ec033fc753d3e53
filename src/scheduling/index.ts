/**
 * Pure placement: which nodes a pod may go to, and which is best. Knows no API server and no time; the scheduler, the
 * DaemonSet controller, the autoscaler and the planner all ask it.
 *
 * Start reading at `node-selection.ts` and `taints.ts`.
 */
export { matchesNodeSelection, matchesNodeSelector, matchesNodeSelectorTerm } from './node-selection.ts';
export { findUntolerated, isTolerated, tolerates } from './taints.ts';
