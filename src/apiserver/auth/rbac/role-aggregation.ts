import type { ClusterRole, PolicyRule } from '../../../api/generated/index.ts';
import { compareText, compileLabelSelector, isSemanticallyEqual } from '../../../machinery/index.ts';

/** Whether the role's rules are collected from other roles. */
export function isAggregated(role: ClusterRole): boolean {
  return (role.aggregationRule?.clusterRoleSelectors ?? []).length > 0;
}

/**
 * The rules that an aggregated role is to have: those of the roles that its selectors match, selector by selector, roles
 * by name, each rule once. Kubernetes: the clusterrole-aggregation controller.
 */
export function aggregateRules(role: ClusterRole, roles: Iterable<ClusterRole>): readonly PolicyRule[] {
  const byName = [...roles].sort((a, b) => compareText(a.metadata.name ?? '', b.metadata.name ?? ''));
  const rules: PolicyRule[] = [];
  for (const selector of role.aggregationRule?.clusterRoleSelectors ?? []) {
    const matcher = compileLabelSelector(selector);
    for (const other of byName) {
      if (other.metadata.name === role.metadata.name || !matcher.matches(other.metadata.labels)) continue;
      for (const rule of other.rules ?? []) {
        if (!rules.some(known => isSemanticallyEqual(known, rule))) rules.push(rule);
      }
    }
  }
  return rules;
}

/** The aggregated roles whose rules are not what they are to be, as they are to be. */
export function findStaleAggregates(roles: readonly ClusterRole[]): readonly ClusterRole[] {
  return roles.filter(isAggregated).flatMap(role => {
    const rules = aggregateRules(role, roles);
    return isSemanticallyEqual(role.rules ?? [], rules) ? [] : [{ ...role, rules }];
  });
}
