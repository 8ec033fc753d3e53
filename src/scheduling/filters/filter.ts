import type { ClusterColumns, PodEntry } from '../columns/index.ts';

/** Why a node does not do. */
export interface Refusal {
  /** In upstream's words; each counts for itself in the scheduler's message. */
  readonly reasons: readonly string[];
  /** Removing pods from the node would not help: preemption need not look at it. */
  readonly isUnresolvable: boolean;
}

/** Looks at one node, by its slot. */
export type NodeCheck = (slot: number) => Refusal | undefined;

/** One reason for which a node may not do. One file each, one line in the list of `index.ts`. */
export interface Filter {
  /** Kubernetes: the plugin's name. */
  readonly name: string;
  /** Works out what is the same for all nodes; undefined when this pod has nothing to check. */
  prepare(pod: PodEntry, cluster: ClusterColumns): NodeCheck | undefined;
}

export function refuse(isUnresolvable: boolean, ...reasons: string[]): Refusal {
  return { reasons, isUnresolvable };
}
