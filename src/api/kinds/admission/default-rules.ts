import type { MatchResources, RuleWithOperations } from '../../generated/index.ts';
import { changeField, changeItems, fillDefaults } from '../fill-defaults.ts';

export function defaultRule<T extends RuleWithOperations>(rule: T): T {
  return rule.scope === undefined ? { ...rule, scope: '*' } : rule;
}

export function defaultMatch(match: MatchResources): MatchResources {
  const complete = fillDefaults(match, { matchPolicy: 'Equivalent', namespaceSelector: {}, objectSelector: {} });
  const included = changeField(complete, 'resourceRules', rules => changeItems(rules, defaultRule));
  return changeField(included, 'excludeResourceRules', rules => changeItems(rules, defaultRule));
}
