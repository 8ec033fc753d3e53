import type { PodStatus } from '../generated/index.ts';

type Conditions = PodStatus['conditions'];

/**
 * What a status that somebody writes keeps of the one before. Kubernetes: `podStatusStrategy.PrepareForUpdate`: the QoS class
 * never changes, and who knows nothing of observed generations cannot clear them.
 */
export function keepOfStatus(status: PodStatus | undefined, old: PodStatus | undefined): PodStatus | undefined {
  if (old === undefined) return status;
  const conditions = keepGenerations(status?.conditions, old.conditions);
  const qosClass = status?.qosClass ?? old.qosClass;
  const observedGeneration = status?.observedGeneration ?? old.observedGeneration;
  const isKept =
    conditions === status?.conditions &&
    qosClass === status?.qosClass &&
    observedGeneration === status?.observedGeneration;
  return isKept ? status : { ...status, conditions, qosClass, observedGeneration };
}

/** Of each type in their order: validation lets several conditions have the same one. */
function keepGenerations(conditions: Conditions, old: Conditions): Conditions {
  if (conditions === undefined || old === undefined) return conditions;
  if (conditions.every(({ observedGeneration }) => observedGeneration !== undefined)) return conditions;
  const left = [...old];
  return conditions.map(condition => {
    const index = left.findIndex(({ type }) => type === condition.type);
    const before = index < 0 ? undefined : left.splice(index, 1)[0]!.observedGeneration;
    if (condition.observedGeneration !== undefined || before === undefined) return condition;
    return { ...condition, observedGeneration: before };
  });
}
