import {
  deployments,
  type Pod,
  type PodDisruptionBudget,
  replicaSets,
  replicationControllers,
  statefulSets,
} from '../../api/generated/index.ts';
import type { View } from '../../client/index.ts';
import { type OwnerReference, parseGroupVersion, scaleIntOrPercent } from '../../machinery/index.ts';
import { controllerOf } from '../ownership.ts';

export interface Expectation {
  readonly expectedPods: number;
  readonly desiredHealthy: number;
  /** There are pods without a controller, so that nobody knows how many there should be. */
  readonly hasUnmanaged: boolean;
}

/** How many pods there should be, and how many of them healthy; a text says why it cannot be told. */
export function expectPods(budget: PodDisruptionBudget, pods: readonly Pod[], view: View): Expectation | string {
  const { maxUnavailable, minAvailable } = budget.spec ?? {};
  if (maxUnavailable === undefined && minAvailable === undefined) {
    return { expectedPods: 0, desiredHealthy: 0, hasUnmanaged: false };
  }
  if (maxUnavailable === undefined && typeof minAvailable === 'number') {
    return { expectedPods: pods.length, desiredHealthy: minAvailable, hasUnmanaged: false };
  }
  const scale = sumScales(pods, view);
  if (typeof scale === 'string') return scale;
  const { expectedPods } = scale;
  const spared = maxUnavailable === undefined ? 0 : (scaleIntOrPercent(maxUnavailable, expectedPods, true) ?? 0);
  const desiredHealthy =
    maxUnavailable === undefined
      ? (scaleIntOrPercent(minAvailable ?? 0, expectedPods, true) ?? 0)
      : Math.max(0, expectedPods - spared);
  return { ...scale, desiredHealthy };
}

/** What the pods' controllers ask for, each controller once. */
function sumScales(
  pods: readonly Pod[],
  view: View,
): { readonly expectedPods: number; readonly hasUnmanaged: boolean } | string {
  const scales = new Map<string, number>();
  let hasUnmanaged = false;
  for (const pod of pods) {
    const reference = controllerOf(pod);
    if (reference === undefined) {
      hasUnmanaged = true;
      continue;
    }
    if (scales.has(reference.uid)) continue;
    const scale = findScale(reference, pod, view);
    if (typeof scale === 'string') return scale;
    if (scale === undefined) return `found no controllers for pod ${JSON.stringify(pod.metadata.name)}`;
    scales.set(scale.uid, scale.replicas);
  }
  let expectedPods = 0;
  for (const replicas of scales.values()) expectedPods += replicas;
  return { expectedPods, hasUnmanaged };
}

interface Scale {
  readonly uid: string;
  readonly replicas: number;
}

const withoutScale: Readonly<Record<string, string>> = {
  'Job batch': 'jobs.batch',
  'DaemonSet apps': 'daemonsets.apps',
};

function findScale(reference: OwnerReference, pod: Pod, view: View): Scale | string | undefined {
  const { kind, name, uid } = reference;
  const { namespace } = pod.metadata;
  const { group } = parseGroupVersion(reference.apiVersion);
  const resource = withoutScale[`${kind} ${group}`];
  if (resource !== undefined) return `${resource} does not implement the scale subresource`;
  if (kind === 'ReplicationController' && group === '') {
    return scaleOf(view.get(replicationControllers, namespace, name), uid);
  }
  if (group !== 'apps') return undefined;
  if (kind === 'StatefulSet') return scaleOf(view.get(statefulSets, namespace, name), uid);
  if (kind !== 'ReplicaSet') return undefined;
  const set = view.get(replicaSets, namespace, name);
  if (set === undefined || set.metadata.uid !== uid) return undefined;
  const owner = controllerOf(set);
  if (owner?.kind !== 'Deployment') return scaleOf(set, uid);
  return scaleOf(view.get(deployments, namespace, owner.name), owner.uid);
}

interface Scaled {
  readonly metadata: { readonly uid?: string | undefined };
  readonly spec?: { readonly replicas?: number | undefined } | undefined;
}

function scaleOf(object: Scaled | undefined, uid: string): Scale | undefined {
  if (object === undefined || object.metadata.uid !== uid) return undefined;
  return { uid, replicas: object.spec?.replicas ?? 1 };
}
