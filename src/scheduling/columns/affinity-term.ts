import type { LabelSelector, Pod, PodAffinityTerm } from '../../api/generated/index.ts';
import { compileLabelSelector, type LabelMatcher } from '../../machinery/index.ts';

/** A pod affinity term, compiled: which pods it means, and by what label of their nodes they are near. */
export interface AffinityTerm {
  readonly topologyKey: string;
  /** Kubernetes: the namespaces named, those selected, or, with neither, the pod's own. */
  readonly namespaces: ReadonlySet<string>;
  readonly namespaceMatcher: LabelMatcher | undefined;
  readonly matcher: LabelMatcher;
  readonly weight: number;
}

export interface PodAffinities {
  readonly required: readonly AffinityTerm[];
  readonly requiredAnti: readonly AffinityTerm[];
  readonly preferred: readonly AffinityTerm[];
  readonly preferredAnti: readonly AffinityTerm[];
}

const none: readonly AffinityTerm[] = [];
const noAffinities: PodAffinities = { required: none, requiredAnti: none, preferred: none, preferredAnti: none };

export function compileAffinities(pod: Pod): PodAffinities {
  const { podAffinity, podAntiAffinity } = pod.spec?.affinity ?? {};
  if (podAffinity === undefined && podAntiAffinity === undefined) return noAffinities;
  const compile = (term: PodAffinityTerm, weight = 0): AffinityTerm => compileTerm(pod, term, weight);
  const required = (terms: readonly PodAffinityTerm[] | undefined) => terms?.map(term => compile(term)) ?? none;
  return {
    required: required(podAffinity?.requiredDuringSchedulingIgnoredDuringExecution),
    requiredAnti: required(podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution),
    preferred:
      podAffinity?.preferredDuringSchedulingIgnoredDuringExecution?.map(each =>
        compile(each.podAffinityTerm, each.weight),
      ) ?? none,
    preferredAnti:
      podAntiAffinity?.preferredDuringSchedulingIgnoredDuringExecution?.map(each =>
        compile(each.podAffinityTerm, each.weight),
      ) ?? none,
  };
}

function compileTerm(pod: Pod, term: PodAffinityTerm, weight: number): AffinityTerm {
  const { namespaces = [], namespaceSelector, topologyKey } = term;
  const isOwn = namespaces.length === 0 && namespaceSelector === undefined;
  return {
    topologyKey,
    namespaces: new Set(isOwn ? [pod.metadata.namespace ?? ''] : namespaces),
    namespaceMatcher: namespaceSelector === undefined ? undefined : compileLabelSelector(namespaceSelector),
    matcher: compileLabelSelector(withLabelKeys(pod, term)),
    weight,
  };
}

/** Kubernetes: matchLabelKeys and mismatchLabelKeys add what the pod's own labels say. */
function withLabelKeys(pod: Pod, term: PodAffinityTerm): LabelSelector | undefined {
  const { labelSelector, matchLabelKeys = [], mismatchLabelKeys = [] } = term;
  if (labelSelector === undefined) return undefined;
  const labels = pod.metadata.labels ?? {};
  const expression = (operator: string) => (key: string) =>
    labels[key] === undefined ? [] : [{ key, operator, values: [labels[key]] }];
  return {
    ...labelSelector,
    matchExpressions: [
      ...(labelSelector.matchExpressions ?? []),
      ...matchLabelKeys.flatMap(expression('In')),
      ...mismatchLabelKeys.flatMap(expression('NotIn')),
    ],
  };
}
