import type { ContainerStatus, Pod } from '../api/generated/index.ts';
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
  /** How many related pods share its node. */
  readonly neighbours: number;
  readonly readySinceMs: number;
  readonly restarts: number;
  readonly sidecarRestarts: number;
  readonly createdMs: number;
}

/**
 * Pods in the order in which a scale-down deletes them. Kubernetes: ActivePodsWithRanks, which spares, in this order:
 * pods on a node, running ones, ready ones, costly ones, ones with fewer neighbours, longer ready ones (on a logarithmic
 * scale), less restarted ones, older ones.
 *
 * `related` are the pods that count as neighbours: those of all sets with the same owner.
 */
export function rankPodsForDeletion(
  active: readonly Pod[],
  context: ReconcileContext,
  related: readonly Pod[] = active,
): Pod[] {
  const perNode = new Map<string, number>();
  for (const pod of related) {
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
      restarts: maxRestarts(pod.status?.containerStatuses),
      sidecarRestarts: maxRestarts(pod.status?.initContainerStatuses?.filter(status => isSidecar(pod, status.name))),
      createdMs: parseTime(pod.metadata.creationTimestamp) || 0,
    };
  });
  return ranked.sort((a, b) => compareForDeletion(a, b, context.now)).map(({ pod }) => pod);
}

function maxRestarts(statuses: readonly ContainerStatus[] | undefined): number {
  let most = 0;
  for (const { restartCount } of statuses ?? []) most = Math.max(most, restartCount);
  return most;
}

function isSidecar(pod: Pod, name: string): boolean {
  return pod.spec?.initContainers?.some(each => each.name === name && each.restartPolicy === 'Always') === true;
}

function compareForDeletion(a: Ranked, b: Ranked, now: number): number {
  return (
    Number(a.isBound) - Number(b.isBound) ||
    a.phase - b.phase ||
    Number(a.isReady) - Number(b.isReady) ||
    a.cost - b.cost ||
    b.neighbours - a.neighbours ||
    (a.isReady && b.isReady ? compareAges(a, b, a.readySinceMs, b.readySinceMs, now) : 0) ||
    b.restarts - a.restarts ||
    b.sidecarRestarts - a.sidecarRestarts ||
    compareAges(a, b, a.createdMs, b.createdMs, now)
  );
}

/** Younger first; of different ages within the same order of magnitude (LogarithmicScaleDown) the uid decides. */
function compareAges(a: Ranked, b: Ranked, aMs: number, bMs: number, now: number): number {
  if (aMs === bMs) return 0;
  return orderOfMagnitude(now - aMs) - orderOfMagnitude(now - bMs) || compareUids(a.pod, b.pod);
}

function orderOfMagnitude(ageMs: number): number {
  return ageMs <= 0 ? -1 : Math.floor(Math.log2(ageMs * 1e6));
}

function compareUids(a: Pod, b: Pod): number {
  const left = a.metadata.uid ?? '';
  const right = b.metadata.uid ?? '';
  return left < right ? -1 : left > right ? 1 : 0;
}
