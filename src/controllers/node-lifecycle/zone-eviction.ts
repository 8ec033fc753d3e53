import type { Node } from '../../api/generated/index.ts';
import { parseTime } from '../../world/index.ts';
import { isNodeReady } from './node-health.ts';
import { findNoExecute } from './node-taints.ts';

/** Kubernetes: the controller manager's defaults for how fast nodes of a zone may lose their pods. */
const evictionEveryMs = 10_000;
const slowEvictionEveryMs = 100_000;
const unhealthyThreshold = 0.55;
const largeZoneSize = 50;

export function zoneOf(node: Node): string {
  const labels = node.metadata.labels ?? {};
  return `${labels['topology.kubernetes.io/region'] ?? ''}:${labels['topology.kubernetes.io/zone'] ?? ''}`;
}

/** Kubernetes: when no node is well it is likelier that the control plane is cut off, so nobody is evicted at all. */
export function isEverythingDown(nodes: readonly Node[]): boolean {
  return nodes.every(each => !isNodeReady(each));
}

/**
 * When the next node of `node`'s zone may be tainted NoExecute: now (0), in so many milliseconds, or not at all
 * (undefined), because too much of a small zone is down.
 *
 * Kubernetes keeps a queue with a rate limiter for each zone; here the taints already set tell when the last one went.
 */
export function untilEvictionMs(node: Node, nodes: readonly Node[], now: number): number | undefined {
  const zone = nodes.filter(each => zoneOf(each) === zoneOf(node));
  const down = zone.filter(each => !isNodeReady(each)).length;
  const isDisrupted = down > 2 && down < zone.length && down / zone.length >= unhealthyThreshold;
  if (isDisrupted && zone.length <= largeZoneSize) return undefined;
  let lastMs = 0;
  for (const each of zone) lastMs = Math.max(lastMs, parseTime(findNoExecute(each)?.timeAdded) || 0);
  return Math.max(0, lastMs + (isDisrupted ? slowEvictionEveryMs : evictionEveryMs) - now);
}
