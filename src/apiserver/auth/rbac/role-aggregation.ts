import type { ClusterRole, PolicyRule } from '../../../api/generated/index.ts';
import { compareText, compileLabelSelector } from '../../../machinery/index.ts';

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
  const rules = new Map<string, PolicyRule>();
  for (const selector of role.aggregationRule?.clusterRoleSelectors ?? []) {
    const matcher = compileLabelSelector(selector);
    for (const other of byName) {
      if (other.metadata.name === role.metadata.name || !matcher.matches(other.metadata.labels)) continue;
      for (const rule of other.rules ?? []) {
        const key = keyOf(rule);
        if (!rules.has(key)) rules.set(key, rule);
      }
    }
  }
  return [...rules.values()];
}

/** The same for rules that say the same. */
function keyOf({ verbs, apiGroups, resources, resourceNames, nonResourceURLs }: PolicyRule): string {
  const lists = [verbs, apiGroups, resources, resourceNames, nonResourceURLs];
  return JSON.stringify(lists.map(list => list ?? []));
}

/**
 * The aggregated roles whose rules are not what they are to be, as they are to be. Differs from Kubernetes: another order
 * does not count, or two roles that collect from each other would be written for ever.
 */
export function findStaleAggregates(roles: readonly ClusterRole[]): readonly ClusterRole[] {
  return roles.filter(isAggregated).flatMap(role => {
    const rules = aggregateRules(role, roles);
    return haveSameRules(role.rules ?? [], rules) ? [] : [{ ...role, rules }];
  });
}

function haveSameRules(left: readonly PolicyRule[], right: readonly PolicyRule[]): boolean {
  if (left.length !== right.length) return false;
  const keys = new Set(left.map(keyOf));
  return right.every(rule => keys.has(keyOf(rule)));
}
