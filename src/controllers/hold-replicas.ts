import {
  type Pod,
  type PodTemplateSpec,
  pods,
  type ReplicaSetCondition,
  type ReplicaSetStatus,
} from '../api/generated/index.ts';
import type { CreateStep, DeleteStep, ReconcileContext, Step } from '../client/index.ts';
import {
  isDeepEqual,
  type KubeObject,
  type LabelMatcher,
  matchLabelSet,
  type ResourceType,
  type StatusError,
} from '../machinery/index.ts';
import { formatTime } from '../world/index.ts';
import { claim, controllerOf } from './ownership.ts';
import { rankPodsForDeletion } from './pod-deletion-order.ts';
import { isPodActive, isPodFinished, untilAvailableMs } from './pod-facts.ts';
import { buildPod, createPodStep, deletePodStep } from './pod-template.ts';

/** Kubernetes: BurstReplicas, the most pods that one round creates or deletes. */
const burstReplicas = 500;
const replicaFailure = 'ReplicaFailure';

type PodStep = CreateStep | DeleteStep;

/** What a ReplicaSet and a ReplicationController have in common. */
export interface ReplicaHolder extends KubeObject {
  readonly spec: {
    readonly replicas?: number | undefined;
    readonly minReadySeconds?: number | undefined;
    readonly template?: PodTemplateSpec | undefined;
  };
  readonly status?: ReplicaSetStatus | undefined;
}

/** A kind that asks for a number of pods. */
export interface ReplicaKind {
  readonly type: ResourceType<ReplicaHolder>;
  /** Kubernetes: ReplicationControllers do not tell how many of their pods are on their way out. */
  readonly doesCountTerminating: boolean;
}

/** The steps that bring the number of pods to what is asked for, and the status up to date. */
export function holdReplicas(
  kind: ReplicaKind,
  set: ReplicaHolder,
  selector: LabelMatcher,
  context: ReconcileContext,
): readonly Step[] {
  const { owned, steps } = claim(context.view, pods, kind.type, set, selector, isPodActive);
  const active = owned.filter(isPodActive);
  const { status, nextAvailableMs } = countStatus(kind, set, owned, active, context.now);
  const scaling =
    set.metadata.deletionTimestamp === undefined
      ? scale(kind, set, active, context).map(step => withFailure(kind, step, set, status, context.now))
      : [];
  return [...steps, ...scaling, ...reportStatus(kind, set, status), ...nextAvailableMs];
}

function scale(kind: ReplicaKind, set: ReplicaHolder, active: readonly Pod[], context: ReconcileContext): PodStep[] {
  const missing = (set.spec.replicas ?? 1) - active.length;
  if (missing > 0) {
    const pod = buildPod(kind.type, set, set.spec.template ?? { spec: { containers: [] } });
    return Array.from({ length: Math.min(missing, burstReplicas) }, () => createPodStep(set, pod));
  }
  if (missing === 0) return [];
  const count = Math.min(-missing, burstReplicas);
  return rankPodsForDeletion(active, context, relatedPods(kind, set, active, context))
    .slice(0, count)
    .map(pod => deletePodStep(set, pod));
}

/** The active pods of all sets with the same controller: what a Deployment runs, old and new. */
function relatedPods(
  kind: ReplicaKind,
  set: ReplicaHolder,
  active: readonly Pod[],
  { view }: ReconcileContext,
): readonly Pod[] {
  const owner = controllerOf(set);
  if (owner === undefined) return active;
  return view
    .listOwned(kind.type, owner.uid)
    .flatMap(each => view.listOwned(pods, each.metadata.uid ?? '').filter(isPodActive));
}

/** A failure ends the round, so its status has to be written on the way out. */
function withFailure<S extends PodStep>(
  kind: ReplicaKind,
  step: S,
  set: ReplicaHolder,
  status: ReplicaSetStatus,
  now: number,
): S {
  const { onError } = step;
  return {
    ...step,
    onError: (error: StatusError): readonly Step[] => [
      ...(onError?.(error) ?? []),
      ...reportStatus(kind, set, { ...status, conditions: withReplicaFailure(set, step, error, now) }),
    ],
  };
}

/** Kubernetes: the first failure stays on record until a round succeeds. */
function withReplicaFailure(
  set: ReplicaHolder,
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
  kind: ReplicaKind,
  set: ReplicaHolder,
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
    terminatingReplicas: kind.doesCountTerminating ? terminating : undefined,
    conditions: withoutFailure(set),
    observedGeneration: set.metadata.generation,
  };
  const again: Step[] = nextAvailableMs === Number.POSITIVE_INFINITY ? [] : [{ do: 'again', delayMs: nextAvailableMs }];
  return { status, nextAvailableMs: again };
}

function withoutFailure(set: ReplicaHolder): readonly ReplicaSetCondition[] | undefined {
  const kept = set.status?.conditions?.filter(condition => condition.type !== replicaFailure) ?? [];
  return kept.length === 0 ? undefined : kept;
}

function reportStatus(kind: ReplicaKind, set: ReplicaHolder, status: ReplicaSetStatus): Step[] {
  if (isDeepEqual(set.status, status)) return [];
  return [{ do: 'update', type: kind.type, subresource: 'status', object: { ...set, status } as ReplicaHolder }];
}
