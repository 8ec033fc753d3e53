import { type Pod, replicaSets, type Service, services, statefulSets } from '../api/generated/index.ts';
import type { View } from '../client/index.ts';
import {
  compileLabelSelector,
  type LabelMatcher,
  type LabelRequirement,
  matchLabelSet,
  matchLabels,
} from '../machinery/index.ts';

/**
 * The pods that a pod is spread from by default: those that its Services and its ReplicaSet or StatefulSet select.
 * Undefined when nothing selects it. Kubernetes: helper.DefaultSelector.
 */
export function siblingsOf(pod: Pod, view: View): LabelMatcher | undefined {
  const { namespace, labels, ownerReferences } = pod.metadata;
  const requirements: LabelRequirement[] = [];
  for (const service of view.list(services, namespace)) {
    if (hasSelector(service) && matchLabelSet(service.spec?.selector).matches(labels)) {
      requirements.push(...matchLabelSet(service.spec?.selector).requirements);
    }
  }
  const owner = ownerReferences?.find(each => each.controller === true);
  if (owner?.kind === 'ReplicaSet') {
    const set = view.get(replicaSets, namespace, owner.name);
    if (set !== undefined) requirements.push(...compileLabelSelector(set.spec.selector).requirements);
  } else if (owner?.kind === 'StatefulSet') {
    const set = view.get(statefulSets, namespace, owner.name);
    if (set?.spec !== undefined) requirements.push(...compileLabelSelector(set.spec.selector).requirements);
  }
  return requirements.length === 0 ? undefined : matchLabels(requirements);
}

function hasSelector(service: Service): boolean {
  return service.spec?.selector !== undefined && Object.keys(service.spec.selector).length > 0;
}
