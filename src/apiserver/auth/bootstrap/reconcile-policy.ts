import type {
  ClusterRole,
  ClusterRoleBinding,
  PolicyRule,
  Role,
  RoleBinding,
  Subject,
} from '../../../api/generated/index.ts';
import { isSemanticallyEqual } from '../../../machinery/index.ts';
import { findUncovered } from '../rbac/rule-cover.ts';
import { autoupdateAnnotation } from './parse-facts.ts';

/**
 * What a default role has to become: undefined where it may stay. Kubernetes: at each start missing rules, labels and
 * annotations are added, what was added by others stays, and `autoupdate: "false"` keeps a role as it is.
 */
export function reconcileRole<R extends Role | ClusterRole>(current: R, wanted: R): R | undefined {
  if (!isAutoupdated(current)) return undefined;
  const next: R = {
    ...current,
    metadata: mergeMetadata(current, wanted),
    ...reconcileRules(current, wanted),
  };
  return isSemanticallyEqual(next, current) ? undefined : next;
}

function reconcileRules(current: Role | ClusterRole, wanted: Role | ClusterRole): Partial<ClusterRole> {
  const rule = (wanted as ClusterRole).aggregationRule;
  // The rules of an aggregated role are collected, not given.
  if (rule !== undefined)
    return (current as ClusterRole).aggregationRule === undefined ? { aggregationRule: rule } : {};
  const missing: readonly PolicyRule[] = findUncovered(current.rules ?? [], wanted.rules ?? []);
  return missing.length === 0 ? {} : { rules: [...(current.rules ?? []), ...missing] };
}

/** The same for a binding: missing subjects are added. A binding to another role must be replaced: `roleRef` is fixed. */
export function reconcileBinding<B extends RoleBinding | ClusterRoleBinding>(
  current: B,
  wanted: B,
): { readonly update: B } | { readonly replace: B } | undefined {
  if (!isAutoupdated(current)) return undefined;
  if (!isSemanticallyEqual(current.roleRef, wanted.roleRef)) return { replace: wanted };
  const missing = (wanted.subjects ?? []).filter(subject => !hasSubject(current.subjects ?? [], subject));
  const subjects = missing.length === 0 ? current.subjects : [...(current.subjects ?? []), ...missing];
  const next: B = { ...current, metadata: mergeMetadata(current, wanted), subjects };
  return isSemanticallyEqual(next, current) ? undefined : { update: next };
}

function hasSubject(subjects: readonly Subject[], wanted: Subject): boolean {
  return subjects.some(subject => isSemanticallyEqual(subject, wanted));
}

type Bootstrapped = Role | ClusterRole | RoleBinding | ClusterRoleBinding;

function isAutoupdated({ metadata }: Bootstrapped): boolean {
  return metadata.annotations?.[autoupdateAnnotation] === 'true';
}

function mergeMetadata(current: Bootstrapped, wanted: Bootstrapped): Bootstrapped['metadata'] {
  const { metadata } = current;
  return {
    ...metadata,
    labels: { ...wanted.metadata.labels, ...metadata.labels },
    annotations: { ...wanted.metadata.annotations, ...metadata.annotations },
  };
}
