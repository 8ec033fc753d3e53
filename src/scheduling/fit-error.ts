import type { Diagnosis } from './placement.ts';

/**
 * Kubernetes' exact text for a pod that fits nowhere: `0/6 nodes are available: 3 Insufficient memory, 3 node(s) had
 * untolerated taint(s). preemption: …`. Each reason counts the nodes that gave it; reasons are sorted with their counts.
 */
export function formatFitError({ nodeCount, refusals }: Diagnosis, preemption?: string): string {
  const counts = new Map<string, number>();
  for (const { reasons } of refusals.values()) {
    for (const reason of reasons) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  }
  const texts = [...counts].map(([reason, count]) => `${count} ${reason}`).sort();
  let message = `0/${nodeCount} nodes are available:`;
  if (nodeCount === 0) message = 'no nodes available to schedule pods';
  if (texts.length > 0) message += ` ${texts.join(', ')}.`;
  return preemption === undefined ? message : `${message} ${preemption}`;
}

/** The part that tells why removing other pods would not help either. */
export function formatPreemptionFailure(nodeCount: number, reasons: ReadonlyMap<string, number>): string {
  const texts = [...reasons].map(([reason, count]) => `${count} ${reason}`).sort();
  return `preemption: 0/${nodeCount} nodes are available: ${texts.join(', ')}.`;
}
