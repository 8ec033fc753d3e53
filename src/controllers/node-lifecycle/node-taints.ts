import type { Node, Taint } from '../../api/generated/index.ts';
import { findNodeCondition } from './node-health.ts';

export const notReadyTaint = 'node.kubernetes.io/not-ready';
export const unreachableTaint = 'node.kubernetes.io/unreachable';
const unschedulableTaint = 'node.kubernetes.io/unschedulable';

/** Kubernetes: which condition in which status keeps new pods away, and under which key. */
const noScheduleByCondition: readonly (readonly [condition: string, status: string, key: string])[] = [
  ['Ready', 'False', notReadyTaint],
  ['Ready', 'Unknown', unreachableTaint],
  ['MemoryPressure', 'True', 'node.kubernetes.io/memory-pressure'],
  ['DiskPressure', 'True', 'node.kubernetes.io/disk-pressure'],
  ['NetworkUnavailable', 'True', 'node.kubernetes.io/network-unavailable'],
  ['PIDPressure', 'True', 'node.kubernetes.io/pid-pressure'],
];

const noTaints: readonly Taint[] = [];

const managedNoSchedule: ReadonlySet<string> = new Set([
  ...noScheduleByCondition.map(([, , key]) => key),
  unschedulableTaint,
]);

/** The NoSchedule taints that the node's conditions and `spec.unschedulable` call for. */
function wantedNoSchedule(node: Node): readonly string[] {
  const keys: string[] = [];
  for (const [condition, status, key] of noScheduleByCondition) {
    if (findNodeCondition(node, condition)?.status === status) keys.push(key);
  }
  if (node.spec?.unschedulable === true) keys.push(unschedulableTaint);
  return keys;
}

/** The key under which the node's pods are to be evicted; undefined while it is ready. */
export function wantedNoExecute(node: Node): string | undefined {
  const status = findNodeCondition(node, 'Ready')?.status;
  if (status === 'False') return notReadyTaint;
  return status === 'Unknown' || status === undefined ? unreachableTaint : undefined;
}

export function findNoExecute(node: Node): Taint | undefined {
  return node.spec?.taints?.find(
    taint => taint.effect === 'NoExecute' && (taint.key === notReadyTaint || taint.key === unreachableTaint),
  );
}

/** The taints that the node should have, given under which key (if any) its pods may be evicted; same instance if none changes. */
export function reconcileTaints(node: Node, noExecute: string | undefined, at: string): readonly Taint[] | undefined {
  const current = node.spec?.taints ?? noTaints;
  const wanted = wantedNoSchedule(node);
  // Most nodes have no taints and need none.
  if (current.length === 0 && wanted.length === 0 && noExecute === undefined) return undefined;
  const noSchedule = new Set(wanted);
  const kept = current.filter(taint => {
    if (taint.effect === 'NoSchedule' && managedNoSchedule.has(taint.key)) return noSchedule.delete(taint.key);
    if (taint.effect === 'NoExecute' && (taint.key === notReadyTaint || taint.key === unreachableTaint)) {
      return taint.key === noExecute;
    }
    return true;
  });
  const added: Taint[] = [...noSchedule].map(key => ({ key, effect: 'NoSchedule', timeAdded: at }));
  if (noExecute !== undefined && !kept.some(taint => taint.effect === 'NoExecute' && taint.key === noExecute)) {
    added.push({ key: noExecute, effect: 'NoExecute', timeAdded: at });
  }
  if (added.length === 0 && kept.length === current.length) return undefined;
  return [...kept, ...added];
}
