import type { Pod } from '../../api/generated/index.ts';
import { isSemanticallyEqual } from '../../machinery/index.ts';

/** Whether a new version of a pod says nothing but what its node has written itself. */
export function isOnlyOwnNews(before: Pod, after: Pod): boolean {
  if (before.spec !== after.spec && !isSemanticallyEqual(before.spec, after.spec)) return false;
  if (before.status?.phase !== after.status?.phase) return false;
  return isSemanticallyEqual(identityOf(before), identityOf(after)) && hasSameGates(before, after);
}

/** Metadata without what changes with every write. */
function identityOf({ metadata }: Pod): Pod['metadata'] {
  return { ...metadata, resourceVersion: undefined, managedFields: undefined };
}

/** Conditions that others set may be readiness gates. */
function hasSameGates(before: Pod, after: Pod): boolean {
  const statusOf = (pod: Pod, gate: string): string | undefined =>
    pod.status?.conditions?.find(({ type }) => type === gate)?.status;
  return (after.spec.readinessGates ?? []).every(
    ({ conditionType }) => statusOf(before, conditionType) === statusOf(after, conditionType),
  );
}
