import {
  type Pod,
  pods,
  type ReplicaSet,
  type ReplicaSetCondition,
  type ReplicaSetStatus,
  replicaSets,
} from '../api/generated/index.ts';
import type { Controller, CreateStep, DeleteStep, ReconcileContext, Step } from '../client/index.ts';
import { compileLabelSelector, isDeepEqual, matchLabelSet, type StatusError } from '../machinery/index.ts';
import { formatTime } from '../world/index.ts';
import { claim, controllerOf, orphanPods } from './ownership.ts';
import { rankPodsForDeletion } from './pod-deletion-order.ts';
import { isPodActive, isPodFinished, untilAvailableMs } from './pod-facts.ts';
import { buildPod, createPodStep, deletePodStep } from './pod-template.ts';
import { selectorKeys } from './selector-keys.ts';

/** Kubernetes: BurstReplicas, the most pods that one round creates or deletes. */
const burstReplicas = 500;
const replicaFailure = 'ReplicaFailure';

type PodStep = CreateStep | DeleteStep;

/** Keeps as many pods of a ReplicaSet as it asks for. */
export const replicaSetController: Controller<ReplicaSet> = {
  name: 'replicaset-controller',
  primary: replicaSets,
  secondaries: [{ type: pods, keysOf: selectorKeys(replicaSets, set => compileLabelSelector(set.spec.selector)) }],
  indexes: [orphanPods],
  reconcile(set, context) {
    if (set === undefined) return [];
    const selector = compileLabelSelector(set.spec.selector);
    const { owned, steps } = claim(context.view, pods, replicaSets, set, selector, isPodActive);
    const active = owned.filter(isPodActive);
    const { status, nextAvailableMs } = countStatus(set, owned, active, context.now);
    const scaling =
      set.metadata.deletionTimestamp === undefined
        ? scale(set, active, context).map(step => withFailure(step, set, status, context.now))
        : [];
    return [...steps, ...scaling, ...reportStatus(set, status), ...nextAvailableMs];
  },
};

function scale(set: ReplicaSet, active: readonly Pod[], context: ReconcileContext): PodStep[] {
  const missing = (set.spec.replicas ?? 1) - active.length;
  if (missing > 0) {
    const pod = buildPod(replicaSets, set, set.spec.template ?? { spec: { containers: [] } });
    return Array.from({ length: Math.min(missing, burstReplicas) }, () => createPodStep(set, pod));
  }
  if (missing === 0) return [];
  const count = Math.min(-missing, burstReplicas);
  return rankPodsForDeletion(active, context, relatedPods(set, active, context))
    .slice(0, count)
    .map(pod => deletePodStep(set, pod));
}

/** The active pods of all sets with the same controller: what a Deployment runs, old and new. */
function relatedPods(set: ReplicaSet, active: readonly Pod[], { view }: ReconcileContext): readonly Pod[] {
  const owner = controllerOf(set);
  if (owner === undefined) return active;
  return view
    .listOwned(replicaSets, owner.uid)
    .flatMap(each => view.listOwned(pods, each.metadata.uid ?? '').filter(isPodActive));
}

/** A failure ends the round, so its status has to be written on the way out. */
function withFailure<S extends PodStep>(step: S, set: ReplicaSet, status: ReplicaSetStatus, now: number): S {
  const { onError } = step;
  return {
    ...step,
    onError: (error: StatusError): readonly Step[] => [
      ...(onError?.(error) ?? []),
      ...reportStatus(set, { ...status, conditions: withReplicaFailure(set, step, error, now) }),
    ],
  };
}

/** Kubernetes: the first failure stays on record until a round succeeds. */
function withReplicaFailure(
  set: ReplicaSet,
  step: PodStep,
  error: StatusError,
  now: number,
): readonly ReplicaSetCondition[] {
  const before = set.status?.conditions ?? [];
  if (before.some(condition => condition.type === replicaFailure)) return before;
  const failure: ReplicaSetCondition = {
    type: replicaFailure,
    status: 'True',
    reason: step.do === 'create' ? 'FailedCreate' : 'FailedDelete',
    message: error.message,
    lastTransitionTime: formatTime(now),
  };
  return [...before, failure];
}

/** The counts as they are before this round's pods come or go, and when to look again if nothing else changes. */
function countStatus(
  set: ReplicaSet,
  owned: readonly Pod[],
  active: readonly Pod[],
  now: number,
): { readonly status: ReplicaSetStatus; readonly nextAvailableMs: readonly Step[] } {
  const terminating = owned.filter(pod => !isPodFinished(pod) && pod.metadata.deletionTimestamp !== undefined).length;
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
    conditions: withoutFailure(set),
    observedGeneration: set.metadata.generation,
  };
  const again: Step[] = nextAvailableMs === Number.POSITIVE_INFINITY ? [] : [{ do: 'again', delayMs: nextAvailableMs }];
  return { status, nextAvailableMs: again };
}

function withoutFailure(set: ReplicaSet): readonly ReplicaSetCondition[] | undefined {
  const kept = set.status?.conditions?.filter(condition => condition.type !== replicaFailure) ?? [];
  return kept.length === 0 ? undefined : kept;
}

function reportStatus(set: ReplicaSet, status: ReplicaSetStatus): Step[] {
  if (isDeepEqual(set.status, status)) return [];
  return [{ do: 'update', type: replicaSets, subresource: 'status', object: { ...set, status } as ReplicaSet }];
}
