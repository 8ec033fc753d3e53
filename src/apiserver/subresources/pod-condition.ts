import type { Pod, PodCondition } from '../../api/generated/index.ts';

/** Kubernetes: `UpdatePodCondition`: the time of transition only moves when the status does. */
export function withPodCondition(pod: Pod, condition: PodCondition, now: string): Pod {
  const conditions = pod.status?.conditions ?? [];
  const at = conditions.findIndex(present => present.type === condition.type);
  const before = conditions[at];
  const lastTransitionTime = before?.status === condition.status ? before.lastTransitionTime : now;
  const next: PodCondition = { ...condition, lastTransitionTime };
  const list = before === undefined ? [...conditions, next] : conditions.with(at, next);
  return { ...pod, status: { ...pod.status, conditions: list } };
}
