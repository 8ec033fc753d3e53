import type { Pod } from '../../api/generated/index.ts';
import { compileAffinities, type PodAffinities } from './affinity-term.ts';
import { demandOf, type PodDemand } from './pod-demand.ts';

/** A pod as placement sees it: what it asks for and what it minds, worked out once. */
export interface PodEntry {
  readonly pod: Pod;
  readonly uid: string;
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly priority: number;
  readonly demand: PodDemand;
  readonly affinities: PodAffinities;
}

export function createPodEntry(pod: Pod): PodEntry {
  return {
    pod,
    uid: pod.metadata.uid ?? '',
    namespace: pod.metadata.namespace ?? '',
    labels: pod.metadata.labels ?? {},
    priority: pod.spec?.priority ?? 0,
    demand: demandOf(pod),
    affinities: compileAffinities(pod),
  };
}
