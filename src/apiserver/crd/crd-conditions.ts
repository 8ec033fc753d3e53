import type { CustomResourceDefinition, CustomResourceDefinitionCondition } from '../../api/generated/index.ts';

export type Condition = Pick<CustomResourceDefinitionCondition, 'type' | 'status' | 'reason' | 'message'>;

export const cleanupFinalizer = 'customresourcecleanup.apiextensions.k8s.io';

export function hasCondition(crd: CustomResourceDefinition, type: string): boolean {
  return crd.status?.conditions?.some(condition => condition.type === type && condition.status === 'True') === true;
}

/** Kubernetes: `SetCRDCondition`: the time of transition only moves when the status does. */
export function withCondition(
  crd: CustomResourceDefinition,
  condition: Condition,
  now: string,
): CustomResourceDefinition {
  const conditions = crd.status?.conditions ?? [];
  const at = conditions.findIndex(present => present.type === condition.type);
  const before = conditions[at];
  const isSame =
    before?.status === condition.status && before.reason === condition.reason && before.message === condition.message;
  if (isSame) return crd;
  const next: CustomResourceDefinitionCondition = {
    ...condition,
    lastTransitionTime: before?.status === condition.status ? before.lastTransitionTime : now,
  };
  return {
    ...crd,
    status: {
      ...crd.status,
      conditions: before === undefined ? [...conditions, next] : conditions.with(at, next),
    },
  } as CustomResourceDefinition;
}
