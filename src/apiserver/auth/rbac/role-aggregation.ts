import type { ClusterRole, PolicyRule } from '../../../api/generated/index.ts';
import { compareText, compileLabelSelector } from '../../../machinery/index.ts';

/** Whether the role's rules are collected from other roles. */
export function isAggregated(role: ClusterRole): boolean {
  return (role.aggregationRule?.clusterRoleSelectors ?? []).length > 0;
}

/** As aggregated roles collect from them. */
export function sortByName(roles: Iterable<ClusterRole>): readonly ClusterRole[] {
  return [...roles].sort((a, b) => compareText(a.metadata.name ?? '', b.metadata.name ?? ''));
}

/**
 * An aggregated role with the rules that it is to have, undefined when it has them: those of the roles that its selectors
 * match, selector by selector, roles by name, each rule once. Kubernetes: the clusterrole-aggregation controller.
 *
 * Differs from Kubernetes: another order does not count, or two roles that collect from each other would be written for
 * ever.
 */
export function aggregateAnew(role: ClusterRole, byName: readonly ClusterRole[]): ClusterRole | undefined {
  const rules = collectRules(role, byName);
  const before = role.rules ?? [];
  const keysBefore = new Set(before.map(keyOf));
  const isSame = before.length === rules.size && keysBefore.size === rules.size && keysBefore.isSubsetOf(rules);
  return isSame ? undefined : { ...role, rules: [...rules.values()] };
}

/** Of several roles, whose rules are known to be collected anew. */
export function aggregateAll(roles: readonly ClusterRole[]): readonly ClusterRole[] {
  const byName = sortByName(roles);
  return roles.map(role => (isAggregated(role) ? (aggregateAnew(role, byName) ?? role) : role));
}

function collectRules(role: ClusterRole, byName: readonly ClusterRole[]): ReadonlyMap<string, PolicyRule> {
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
  return rules;
}

/** Roles that collect from each other have thousands of rules, and share them. */
const keys = new WeakMap<PolicyRule, string>();

/** The same for rules that say the same. */
function keyOf(rule: PolicyRule): string {
  let key = keys.get(rule);
  if (key === undefined) {
    const { verbs, apiGroups, resources, resourceNames, nonResourceURLs } = rule;
    const lists = [verbs, apiGroups, resources, resourceNames, nonResourceURLs];
    key = JSON.stringify(lists.map(list => list ?? []));
    keys.set(rule, key);
  }
  return key;
}
