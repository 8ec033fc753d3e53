/**
 * The cluster in columns: what every node has and what is taken, and what a pod asks for, worked out once.
 *
 * Start reading at `cluster-columns.ts`.
 */
export type { AffinityTerm, PodAffinities } from './affinity-term.ts';
export { ClusterColumns, type Column } from './cluster-columns.ts';
export { amountOf, demandOf, type HostPort, type PodDemand } from './pod-demand.ts';
export { createPodEntry, type PodEntry } from './pod-entry.ts';
