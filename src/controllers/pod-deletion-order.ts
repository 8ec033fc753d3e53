import type { Pod } from '../api/generated/index.ts';
import type { ReconcileContext } from '../client/index.ts';
import { parseTime } from '../world/index.ts';
import { findPodCondition, isPodReady } from './pod-facts.ts';

const deletionCost = 'controller.kubernetes.io/pod-deletion-cost';
const phaseRank: Readonly<Record<string, number>> = { Pending: 0, Unknown: 1, Running: 2 };

interface Ranked {
  readonly pod: Pod;
  readonly isBound: boolean;
  readonly phase: number;
  readonly isReady: boolean;
  readonly cost: number;
  /** How many of the set's pods share its node. */
  readonly neighbours: number;
  readonly readySinceMs: number;
  readonly restarts: number;
  readonly createdMs: number;
}

/**
 * Pods in the order in which a scale-down deletes them. Kubernetes: ActivePodsWithRanks, which spares, in this order:
 * pods on a node, running ones, ready ones, costly ones, ones with fewer neighbours, longer ready ones (on a logarithmic
 * scale), less restarted ones, older ones.
 */
export function rankPodsForDeletion(active: readonly Pod[], context: ReconcileContext): Pod[] {
  const perNode = new Map<string, number>();
  for (const pod of active) {
    const node = pod.spec?.nodeName ?? '';
    perNode.set(node, (perNode.get(node) ?? 0) + 1);
  }
  const ranked = active.map((pod): Ranked => {
    const nodeName = pod.spec?.nodeName;
    return {
      pod,
      isBound: nodeName !== undefined,
      phase: phaseRank[pod.status?.phase ?? 'Pending'] ?? 1,
      isReady: isPodReady(pod),
      cost: Number(pod.metadata.annotations?.[deletionCost] ?? 0) || 0,
      neighbours: nodeName === undefined ? 0 : (perNode.get(nodeName) ?? 0),
      readySinceMs: parseTime(findPodCondition(pod, 'Ready')?.lastTransitionTime) || 0,
      restarts: Math.max(0, ...(pod.status?.containerStatuses ?? []).map(status => status.restartCount)),
      createdMs: parseTime(pod.metadata.creationTimestamp) || 0,
    };
  });
  return ranked.sort((a, b) => compareForDeletion(a, b, context.now)).map(({ pod }) => pod);
}

function compareForDeletion(a: Ranked, b: Ranked, now: number): number {
  return (
    Number(a.isBound) - Number(b.isBound) ||
    a.phase - b.phase ||
    Number(a.isReady) - Number(b.isReady) ||
    a.cost - b.cost ||
    b.neighbours - a.neighbours ||
    (a.isReady && b.isReady ? compareAges(a.readySinceMs, b.readySinceMs, now) : 0) ||
    b.restarts - a.restarts ||
    compareAges(a.createdMs, b.createdMs, now) ||
    compareUids(a.pod, b.pod)
  );
}

/** Younger first; ages of the same order of magnitude count as equal (LogarithmicScaleDown). */
function compareAges(aMs: number, bMs: number, now: number): number {
  return orderOfMagnitude(now - aMs) - orderOfMagnitude(now - bMs);
}

function orderOfMagnitude(ageMs: number): number {
  return ageMs <= 0 ? -1 : Math.floor(Math.log2(ageMs * 1e6));
}

function compareUids(a: Pod, b: Pod): number {
  const left = a.metadata.uid ?? '';
  const right = b.metadata.uid ?? '';
  return left < right ? -1 : left > right ? 1 : 0;
}
