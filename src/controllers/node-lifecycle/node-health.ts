import type { Lease, Node, NodeCondition } from '../../api/generated/index.ts';
import { formatTime, parseTime } from '../../world/index.ts';

/** Kubernetes: --node-monitor-grace-period and --node-startup-grace-period. */
export const graceMs = 50_000;
const startupGraceMs = 60_000;

const watchedConditions = ['Ready', 'MemoryPressure', 'DiskPressure', 'PIDPressure'] as const;

export function findNodeCondition(node: Node, type: string): NodeCondition | undefined {
  const conditions = node.status?.conditions;
  if (conditions === undefined) return undefined;
  // Without a closure: every renewal of a Lease asks.
  for (let i = 0; i < conditions.length; i++) if (conditions[i]!.type === type) return conditions[i];
  return undefined;
}

export function isNodeReady(node: Node): boolean {
  return findNodeCondition(node, 'Ready')?.status === 'True';
}

/**
 * When the node counts as silent unless it is heard of before, in milliseconds since the epoch. The latest of its
 * Lease's renewal and its Ready condition's heartbeat counts.
 *
 * Differs from Kubernetes: there the time at which the controller saw the heartbeat counts, here the time that the
 * heartbeat itself carries, so that the decision needs no memory.
 */
export function silentFrom(node: Node, lease: Lease | undefined): number {
  const renewedAt = parseTime(lease?.spec.renewTime);
  const reportedAt = parseTime(findNodeCondition(node, 'Ready')?.lastHeartbeatTime);
  if (Number.isNaN(renewedAt) && Number.isNaN(reportedAt)) {
    return parseTime(node.metadata.creationTimestamp) + startupGraceMs;
  }
  return Math.max(renewedAt || 0, reportedAt || 0) + graceMs;
}

/** The conditions of a node that has gone silent: nobody knows any more. Undefined when they say so already. */
export function markUnknown(node: Node, now: number): readonly NodeCondition[] | undefined {
  const at = formatTime(now);
  let isChanged = false;
  const conditions: NodeCondition[] = [...(node.status?.conditions ?? [])];
  for (const type of watchedConditions) {
    const index = conditions.findIndex(condition => condition.type === type);
    const before = conditions[index];
    if (before?.status === 'Unknown') continue;
    isChanged = true;
    const unknown: NodeCondition = {
      type,
      status: 'Unknown',
      reason: before === undefined ? 'NodeStatusNeverUpdated' : 'NodeStatusUnknown',
      message: before === undefined ? 'Kubelet never posted node status.' : 'Kubelet stopped posting node status.',
      lastHeartbeatTime: before === undefined ? node.metadata.creationTimestamp : before.lastHeartbeatTime,
      lastTransitionTime: at,
    };
    if (index < 0) conditions.push(unknown);
    else conditions[index] = unknown;
  }
  return isChanged ? conditions : undefined;
}
