import type { Deployment, DeploymentCondition, DeploymentStatus, ReplicaSet } from '../../api/generated/index.ts';
import { formatTime, parseTime } from '../../world/index.ts';
import { availableOf, resolveBounds, sum } from './replica-math.ts';

type Condition = Omit<DeploymentCondition, 'lastTransitionTime' | 'lastUpdateTime'>;

/** Kubernetes: a deadline of MaxInt32 means none. */
const noDeadline = 2147483647;

export function hasProgressDeadline(deployment: Deployment): boolean {
  const deadline = deployment.spec.progressDeadlineSeconds;
  return deadline !== undefined && deadline !== noDeadline;
}

export function findCondition(status: DeploymentStatus | undefined, type: string): DeploymentCondition | undefined {
  return status?.conditions?.find(condition => condition.type === type);
}

/** Sets a condition; one that says the same with the same reason stays as it is. */
export function setCondition(
  conditions: readonly DeploymentCondition[],
  condition: Condition,
  now: number,
): readonly DeploymentCondition[] {
  const before = conditions.find(each => each.type === condition.type);
  if (before?.status === condition.status && before.reason === condition.reason) return conditions;
  const at = formatTime(now);
  const lastTransitionTime = before?.status === condition.status ? before.lastTransitionTime : at;
  return [
    ...conditions.filter(each => each.type !== condition.type),
    { ...condition, lastUpdateTime: at, lastTransitionTime },
  ];
}

/** Counts and availability, before the rollout's own conditions. */
export function countStatus(
  deployment: Deployment,
  sets: readonly ReplicaSet[],
  newSet: ReplicaSet | undefined,
  now: number,
): DeploymentStatus {
  const replicas = sum(sets, set => set.status?.replicas ?? 0);
  const available = sum(sets, availableOf);
  const ready = sum(sets, set => set.status?.readyReplicas ?? 0);
  const terminating = sum(sets, set => set.status?.terminatingReplicas ?? 0);
  const updated = newSet?.status?.replicas ?? 0;
  const unavailable = Math.max(0, sum(sets, set => set.spec.replicas ?? 1) - available);
  const { maxUnavailable } = resolveBounds(deployment);
  const isAvailable = available >= (deployment.spec.replicas ?? 1) - maxUnavailable;
  return {
    observedGeneration: deployment.metadata.generation,
    replicas: orAbsent(replicas),
    updatedReplicas: orAbsent(updated),
    readyReplicas: orAbsent(ready),
    availableReplicas: orAbsent(available),
    unavailableReplicas: orAbsent(unavailable),
    terminatingReplicas: terminating,
    collisionCount: deployment.status?.collisionCount,
    conditions: setCondition(
      deployment.status?.conditions ?? [],
      isAvailable
        ? {
            type: 'Available',
            status: 'True',
            reason: 'MinimumReplicasAvailable',
            message: 'Deployment has minimum availability.',
          }
        : {
            type: 'Available',
            status: 'False',
            reason: 'MinimumReplicasUnavailable',
            message: 'Deployment does not have minimum availability.',
          },
      now,
    ),
  };
}

/** Kubernetes' counts are omitted when zero. */
function orAbsent(count: number): number | undefined {
  return count === 0 ? undefined : count;
}

export function isComplete(deployment: Deployment, status: DeploymentStatus): boolean {
  const replicas = deployment.spec.replicas ?? 1;
  return (
    (status.updatedReplicas ?? 0) === replicas &&
    (status.replicas ?? 0) === replicas &&
    (status.availableReplicas ?? 0) === replicas &&
    (status.observedGeneration ?? 0) >= (deployment.metadata.generation ?? 0)
  );
}

function isProgressing(old: DeploymentStatus | undefined, status: DeploymentStatus): boolean {
  const oldUpdated = old?.updatedReplicas ?? 0;
  const updated = status.updatedReplicas ?? 0;
  return (
    updated > oldUpdated ||
    (status.replicas ?? 0) - updated < (old?.replicas ?? 0) - oldUpdated ||
    (status.readyReplicas ?? 0) > (old?.readyReplicas ?? 0) ||
    (status.availableReplicas ?? 0) > (old?.availableReplicas ?? 0)
  );
}

/** When the deployment's progress runs out, in milliseconds since the epoch. */
export function progressDeadline(deployment: Deployment, condition: DeploymentCondition): number {
  return parseTime(condition.lastUpdateTime) + (deployment.spec.progressDeadlineSeconds ?? 0) * 1000;
}

function isTimedOut(deployment: Deployment, conditions: readonly DeploymentCondition[], now: number): boolean {
  const condition = conditions.find(each => each.type === 'Progressing');
  if (condition === undefined || condition.reason === 'NewReplicaSetAvailable') return false;
  if (condition.reason === 'ProgressDeadlineExceeded') return true;
  return now > progressDeadline(deployment, condition);
}

/** The whole status of a deployment in (or after) a rollout: counts, availability, progress, and its sets' failures. */
export function rolloutStatus(
  deployment: Deployment,
  sets: readonly ReplicaSet[],
  newSet: ReplicaSet | undefined,
  now: number,
): DeploymentStatus {
  const status = countStatus(deployment, sets, newSet, now);
  const conditions = withFailures(withProgress(deployment, status, newSet, now), sets, newSet, now);
  return { ...status, conditions };
}

function withProgress(
  deployment: Deployment,
  status: DeploymentStatus,
  newSet: ReplicaSet | undefined,
  now: number,
): readonly DeploymentCondition[] {
  const conditions = status.conditions ?? [];
  if (!hasProgressDeadline(deployment)) return conditions.filter(condition => condition.type !== 'Progressing');
  const current = findCondition(deployment.status, 'Progressing');
  const isDone = status.replicas === status.updatedReplicas && current?.reason === 'NewReplicaSetAvailable';
  if (isDone) return conditions;
  const subject =
    newSet === undefined
      ? `Deployment ${JSON.stringify(deployment.metadata.name)}`
      : `ReplicaSet ${JSON.stringify(newSet.metadata.name)}`;
  const say = (isTrue: boolean, reason: string, message: string): Condition => ({
    type: 'Progressing',
    status: isTrue ? 'True' : 'False',
    reason,
    message: `${subject} ${message}`,
  });
  if (isComplete(deployment, status)) {
    return setCondition(conditions, say(true, 'NewReplicaSetAvailable', 'has successfully progressed.'), now);
  }
  if (isProgressing(deployment.status, status)) {
    // Always renewed, unlike other conditions: its update time is what the deadline counts from.
    const renewed = setCondition(
      conditions.filter(condition => condition.type !== 'Progressing'),
      say(true, 'ReplicaSetUpdated', 'is progressing.'),
      now,
    );
    if (current?.status !== 'True') return renewed;
    const { lastTransitionTime } = current;
    return renewed.map(condition =>
      condition.type === 'Progressing' ? { ...condition, lastTransitionTime } : condition,
    );
  }
  if (isTimedOut(deployment, conditions, now)) {
    return setCondition(conditions, say(false, 'ProgressDeadlineExceeded', 'has timed out progressing.'), now);
  }
  return conditions;
}

/** A set's ReplicaFailure shows as the deployment's own, the new set's before an old one's. */
function withFailures(
  conditions: readonly DeploymentCondition[],
  sets: readonly ReplicaSet[],
  newSet: ReplicaSet | undefined,
  now: number,
): readonly DeploymentCondition[] {
  const ordered = newSet === undefined ? sets : [newSet, ...sets];
  for (const set of ordered) {
    const failure = set.status?.conditions?.find(condition => condition.type === 'ReplicaFailure');
    if (failure !== undefined) {
      const { status, reason, message } = failure;
      return setCondition(conditions, { type: 'ReplicaFailure', status, reason, message }, now);
    }
  }
  return conditions.filter(condition => condition.type !== 'ReplicaFailure');
}
