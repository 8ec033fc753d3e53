import { type FieldError, fieldError, validateLabelSelector } from '../../../machinery/index.ts';
import type { MatchResources } from '../../generated/index.ts';
import { validateNamedRule } from './validate-rules.ts';
import { matchPolicies, validateChoice } from './validate-webhooks.ts';

/** Kubernetes: `validateMatchResources`; defaults have filled in what may be left out. */
export function validateMatchResources(match: MatchResources | undefined, at: string): readonly FieldError[] {
  if (match === undefined) return [];
  const { matchPolicy, namespaceSelector, objectSelector, resourceRules = [], excludeResourceRules = [] } = match;
  const demand = (value: unknown, field: string): readonly FieldError[] =>
    value === undefined ? [fieldError.required(field)] : [];
  return [
    ...demand(matchPolicy, `${at}.matchPolicy`),
    ...validateChoice(matchPolicy, matchPolicies, `${at}.matchPolicy`),
    ...demand(namespaceSelector, `${at}.namespaceSelector`),
    ...validateLabelSelector(namespaceSelector, `${at}.namespaceSelector`),
    ...demand(objectSelector, `${at}.objectSelector`),
    ...validateLabelSelector(objectSelector, `${at}.objectSelector`),
    ...resourceRules.flatMap((rule, i) => validateNamedRule(rule, `${at}.resourceRules[${i}]`)),
    ...excludeResourceRules.flatMap((rule, i) => validateNamedRule(rule, `${at}.excludeResourceRules[${i}]`)),
  ];
}
