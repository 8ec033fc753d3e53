import type { Deployment, ReplicaSet } from '../../api/generated/index.ts';
import { scaleIntOrPercent } from '../../machinery/index.ts';
import { compareAge, maxReplicasOf } from './revision.ts';

export function desiredOf(set: ReplicaSet): number {
  return set.spec.replicas ?? 1;
}

export function availableOf(set: ReplicaSet): number {
  return set.status?.availableReplicas ?? 0;
}

export function sum(sets: readonly ReplicaSet[], of: (set: ReplicaSet) => number): number {
  return sets.reduce((total, set) => total + of(set), 0);
}

export function isRollingUpdate(deployment: Deployment): boolean {
  return deployment.spec.strategy?.type !== 'Recreate';
}

export interface RolloutBounds {
  readonly maxSurge: number;
  readonly maxUnavailable: number;
}

/** Percentages made numbers: surge rounds up, unavailability down; both zero would stand still, so one may be missing. */
export function resolveBounds(deployment: Deployment): RolloutBounds {
  if (!isRollingUpdate(deployment)) return { maxSurge: 0, maxUnavailable: 0 };
  const replicas = deployment.spec.replicas ?? 1;
  const { maxSurge = '25%', maxUnavailable = '25%' } = deployment.spec.strategy?.rollingUpdate ?? {};
  const surge = scaleIntOrPercent(maxSurge, replicas, true) ?? 0;
  const unavailable = scaleIntOrPercent(maxUnavailable, replicas, false) ?? 0;
  const least = surge === 0 && unavailable === 0 ? 1 : unavailable;
  return { maxSurge: surge, maxUnavailable: Math.min(least, replicas) };
}

/** How many replicas the new set may have now without the deployment growing beyond its surge. */
export function nextNewReplicas(deployment: Deployment, sets: readonly ReplicaSet[], current: number): number {
  const replicas = deployment.spec.replicas ?? 1;
  if (!isRollingUpdate(deployment)) return replicas;
  const room = replicas + resolveBounds(deployment).maxSurge - sum(sets, desiredOf);
  return room <= 0 ? current : current + Math.min(room, replicas - current);
}

/**
 * How many replicas each old set should have in a rolling update: first those that are not available go, then as many
 * available ones as the deployment can spare.
 */
export function nextOldReplicas(
  deployment: Deployment,
  oldSets: readonly ReplicaSet[],
  newSet: ReplicaSet | undefined,
): Map<ReplicaSet, number> {
  const next = new Map([...oldSets].sort(compareAge).map(set => [set, desiredOf(set)]));
  const all = newSet === undefined ? oldSets : [...oldSets, newSet];
  const minAvailable = (deployment.spec.replicas ?? 1) - resolveBounds(deployment).maxUnavailable;
  const newUnavailable = newSet === undefined ? 0 : desiredOf(newSet) - availableOf(newSet);
  let unhealthyBudget = sum(all, desiredOf) - minAvailable - newUnavailable;
  if (unhealthyBudget <= 0) return next;
  for (const [set, replicas] of next) {
    const count = Math.min(unhealthyBudget, Math.max(0, replicas - availableOf(set)));
    next.set(set, replicas - count);
    unhealthyBudget -= count;
  }
  let spare = sum(all, availableOf) - minAvailable;
  for (const [set, replicas] of next) {
    const count = Math.max(0, Math.min(spare, replicas));
    next.set(set, replicas - count);
    spare -= count;
  }
  return next;
}

/** Kubernetes: scaling in the middle of a rollout, or of a paused one, spreads over all sets by their sizes. */
export function spreadProportionally(deployment: Deployment, sets: readonly ReplicaSet[]): Map<ReplicaSet, number> {
  const total = sum(sets, desiredOf);
  const replicas = deployment.spec.replicas ?? 1;
  const allowed = replicas > 0 ? replicas + resolveBounds(deployment).maxSurge : 0;
  const toAdd = allowed - total;
  const ordered = [...sets].sort(
    (a, b) => desiredOf(b) - desiredOf(a) || (toAdd > 0 ? compareAge(b, a) : compareAge(a, b)),
  );
  const next = new Map<ReplicaSet, number>();
  let added = 0;
  for (const set of ordered) {
    const share = total === 0 || toAdd === 0 ? 0 : proportionOf(deployment, set, replicas, allowed, toAdd, added);
    next.set(set, desiredOf(set) + share);
    added += share;
  }
  const largest = ordered[0];
  if (largest !== undefined) next.set(largest, Math.max(0, next.get(largest)! + toAdd - added));
  return next;
}

function proportionOf(
  deployment: Deployment,
  set: ReplicaSet,
  replicas: number,
  allowed: number,
  toAdd: number,
  added: number,
): number {
  if (desiredOf(set) === 0 || toAdd === added) return 0;
  const fraction = fractionOf(deployment, set, replicas, allowed);
  return toAdd > 0 ? Math.min(fraction, toAdd - added) : Math.max(fraction, toAdd - added);
}

function fractionOf(deployment: Deployment, set: ReplicaSet, replicas: number, allowed: number): number {
  if (replicas === 0) return -desiredOf(set);
  // Kubernetes: without the annotation the deployment's present size has to do.
  const before = maxReplicasOf(set) || deployment.status?.replicas || 0;
  return before === 0 ? 0 : roundAwayFromZero((desiredOf(set) * allowed) / before) - desiredOf(set);
}

function roundAwayFromZero(value: number): number {
  return Math.sign(value) * Math.round(Math.abs(value));
}
