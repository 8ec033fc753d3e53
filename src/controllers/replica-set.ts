import {
  type Pod,
  pods,
  type ReplicaSet,
  type ReplicaSetCondition,
  type ReplicaSetStatus,
  replicaSets,
} from '../api/generated/index.ts';
import type { Controller, ReconcileContext, Step } from '../client/index.ts';
import { compileLabelSelector, isDeepEqual, matchLabelSet } from '../machinery/index.ts';
import { claim, orphanPods } from './ownership.ts';
import { rankPodsForDeletion } from './pod-deletion-order.ts';
import { isPodActive, isPodFinished, untilAvailableMs } from './pod-facts.ts';
import { buildPod, createPodStep, deletePodStep } from './pod-template.ts';
import { selectorKeys } from './selector-keys.ts';

/** Kubernetes: BurstReplicas, the most pods that one round creates or deletes. */
const burstReplicas = 500;

/** Keeps as many pods of a ReplicaSet as it asks for. */
export const replicaSetController: Controller<ReplicaSet> = {
  name: 'replicaset-controller',
  primary: replicaSets,
  secondaries: [{ type: pods, keysOf: selectorKeys(replicaSets, set => compileLabelSelector(set.spec.selector)) }],
  indexes: [orphanPods],
  reconcile(set, context) {
    if (set === undefined) return [];
    const { owned, steps } = claim(context.view, pods, replicaSets, set, compileLabelSelector(set.spec.selector));
    const active = owned.filter(pod => isPodActive(pod));
    const scaling = set.metadata.deletionTimestamp === undefined ? scale(set, active, context) : [];
    const terminating = owned.filter(pod => !isPodFinished(pod) && pod.metadata.deletionTimestamp !== undefined).length;
    return [...steps, ...scaling, ...reportStatus(set, active, terminating, context.now)];
  },
};

function scale(set: ReplicaSet, active: readonly Pod[], context: ReconcileContext): Step[] {
  const missing = (set.spec.replicas ?? 1) - active.length;
  if (missing > 0) {
    const pod = buildPod(replicaSets, set, set.spec.template ?? { spec: { containers: [] } });
    return Array.from({ length: Math.min(missing, burstReplicas) }, () => createPodStep(set, pod));
  }
  if (missing === 0) return [];
  return rankPodsForDeletion(active, context)
    .slice(0, Math.min(-missing, burstReplicas))
    .map(pod => deletePodStep(set, pod));
}

function reportStatus(set: ReplicaSet, active: readonly Pod[], terminating: number, now: number): Step[] {
  const minReadySeconds = set.spec.minReadySeconds ?? 0;
  const templateLabels = matchLabelSet(set.spec.template?.metadata?.labels);
  let ready = 0;
  let available = 0;
  let labeled = 0;
  let nextAvailableMs = Number.POSITIVE_INFINITY;
  for (const pod of active) {
    if (templateLabels.matches(pod.metadata.labels)) labeled++;
    const untilMs = untilAvailableMs(pod, minReadySeconds, now);
    if (untilMs === undefined) continue;
    ready++;
    if (untilMs === 0) available++;
    else nextAvailableMs = Math.min(nextAvailableMs, untilMs);
  }
  const status: ReplicaSetStatus = {
    replicas: active.length,
    fullyLabeledReplicas: labeled === 0 ? undefined : labeled,
    readyReplicas: ready === 0 ? undefined : ready,
    availableReplicas: available === 0 ? undefined : available,
    terminatingReplicas: terminating,
    conditions: keptConditions(set, active.length),
    observedGeneration: set.metadata.generation,
  };
  const steps: Step[] = [];
  if (!isDeepEqual(set.status, status)) {
    steps.push({ do: 'update', type: replicaSets, subresource: 'status', object: { ...set, status } as ReplicaSet });
  }
  if (nextAvailableMs !== Number.POSITIVE_INFINITY) steps.push({ do: 'again', delayMs: nextAvailableMs });
  return steps;
}

/** ReplicaFailure goes away once there are as many pods as asked for. */
function keptConditions(set: ReplicaSet, replicas: number): readonly ReplicaSetCondition[] | undefined {
  const conditions = set.status?.conditions;
  if (conditions === undefined || replicas !== (set.spec.replicas ?? 1)) return conditions;
  const kept = conditions.filter(condition => condition.type !== 'ReplicaFailure');
  return kept.length === 0 ? undefined : kept;
}
