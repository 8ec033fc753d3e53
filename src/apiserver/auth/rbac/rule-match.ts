import type { PolicyRule } from '../../../api/generated/index.ts';
import type { AuthorizationAttributes } from '../../core-contract.ts';

const all = '*';

/** Whether the rule allows the request. Kubernetes: `RuleAllows` of the RBAC authorizer. */
export function ruleAllows(rule: PolicyRule, attributes: AuthorizationAttributes): boolean {
  if (!ruleConcerns(rule, attributes)) return false;
  return attributes.nonResourcePath !== undefined || namesObject(rule, attributes.name);
}

/** The same without regard to the object's name: what can be remembered for all names at once. */
export function ruleConcerns(rule: PolicyRule, attributes: AuthorizationAttributes): boolean {
  if (!includes(rule.verbs, attributes.verb)) return false;
  const { nonResourcePath } = attributes;
  if (nonResourcePath !== undefined) return matchesPath(rule, nonResourcePath);
  return (
    includes(rule.apiGroups, attributes.group) && matchesResource(rule, attributes.resource, attributes.subresource)
  );
}

/** Whether the rule is about this object: it names it, or names none. */
export function namesObject(rule: PolicyRule, name: string): boolean {
  const names = rule.resourceNames;
  return names === undefined || names.length === 0 || names.includes(name);
}

function includes(values: readonly string[] | undefined, wanted: string): boolean {
  return values?.some(value => value === all || value === wanted) === true;
}

function matchesResource(rule: PolicyRule, resource: string, subresource: string): boolean {
  const combined = subresource === '' ? resource : `${resource}/${subresource}`;
  return (
    rule.resources?.some(
      value => value === all || value === combined || (subresource !== '' && value === `*/${subresource}`),
    ) === true
  );
}

function matchesPath(rule: PolicyRule, path: string): boolean {
  return (
    rule.nonResourceURLs?.some(
      url => url === all || url === path || (url.endsWith(all) && path.startsWith(trimStars(url))),
    ) === true
  );
}

function trimStars(url: string): string {
  let end = url.length;
  while (end > 0 && url[end - 1] === all) end--;
  return url.slice(0, end);
}
