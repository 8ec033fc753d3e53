import type { Pod, PodCondition } from '../api/generated/index.ts';
import { parseTime } from '../world/index.ts';

/** Kubernetes: a pod counts as active until it has ended or has been marked for deletion. */
export function isPodActive(pod: Pod): boolean {
  return !isPodFinished(pod) && pod.metadata.deletionTimestamp === undefined;
}

export function isPodFinished(pod: Pod): boolean {
  const phase = pod.status?.phase;
  return phase === 'Succeeded' || phase === 'Failed';
}

export function findPodCondition(pod: Pod, type: string): PodCondition | undefined {
  const conditions = pod.status?.conditions;
  if (conditions === undefined) return undefined;
  for (const condition of conditions) if (condition.type === type) return condition;
  return undefined;
}

export function isPodReady(pod: Pod): boolean {
  return findPodCondition(pod, 'Ready')?.status === 'True';
}

/**
 * Milliseconds until a pod has been ready for `minReadySeconds`: 0 when it is available, undefined when it is not even
 * ready.
 */
export function untilAvailableMs(pod: Pod, minReadySeconds: number, now: number): number | undefined {
  const ready = findPodCondition(pod, 'Ready');
  if (ready?.status !== 'True') return undefined;
  if (minReadySeconds === 0) return 0;
  const since = parseTime(ready.lastTransitionTime);
  if (Number.isNaN(since)) return undefined;
  return Math.max(0, since + minReadySeconds * 1000 - now);
}

export function isPodAvailable(pod: Pod, minReadySeconds: number, now: number): boolean {
  return untilAvailableMs(pod, minReadySeconds, now) === 0;
}
