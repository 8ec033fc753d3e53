import type { UserInfo } from '../core-contract.ts';
import type { AuditedResources, AuditLevel, AuditPolicy, AuditRule, AuditStage } from './audit-policy.ts';

/** What a policy looks at. */
export interface AuditedRequest {
  readonly user: UserInfo | undefined;
  readonly verb: string;
  readonly path: string;
  /** Absent for requests outside the resource API. */
  readonly resource: AuditedObject | undefined;
}

export interface AuditedObject {
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  readonly subresource: string;
  /** `''` for cluster-scoped requests. */
  readonly namespace: string;
  /** `''` where the request names no object. */
  readonly name: string;
}

/** What is told of one request. */
export interface AuditDecision {
  readonly level: AuditLevel;
  readonly omitStages: ReadonlySet<AuditStage>;
  readonly omitsManagedFields: boolean;
}

/** A policy made ready: the first rule that matches decides, and what none matches is not told. */
export class AuditRules {
  readonly #rules: readonly { readonly rule: AuditRule; readonly decision: AuditDecision }[];
  readonly #otherwise: AuditDecision;

  constructor(policy: AuditPolicy) {
    const omitStages = policy.omitStages ?? [];
    const omitsManagedFields = policy.omitManagedFields ?? false;
    this.#otherwise = { level: 'None', omitStages: new Set(omitStages), omitsManagedFields };
    this.#rules = policy.rules.map(rule => ({
      rule,
      decision: {
        level: rule.level,
        omitStages: new Set([...omitStages, ...(rule.omitStages ?? [])]),
        omitsManagedFields: rule.omitManagedFields ?? omitsManagedFields,
      },
    }));
  }

  decide(request: AuditedRequest): AuditDecision {
    for (const { rule, decision } of this.#rules) if (matches(rule, request)) return decision;
    return this.#otherwise;
  }
}

/** Kubernetes: `ruleMatches`. */
function matches(rule: AuditRule, { user, verb, path, resource }: AuditedRequest): boolean {
  const { users, userGroups, verbs, namespaces, resources, nonResourceURLs } = rule;
  if (isNamed(users) && (user === undefined || !users.includes(user.username))) return false;
  if (isNamed(userGroups) && user?.groups.some(group => userGroups.includes(group)) !== true) return false;
  if (isNamed(verbs) && !verbs.includes(verb)) return false;
  if (isNamed(namespaces) || isNamed(resources)) return resource !== undefined && matchesObject(rule, resource);
  if (isNamed(nonResourceURLs)) return resource === undefined && nonResourceURLs.some(url => leadsTo(url, path));
  return true;
}

function isNamed<T>(list: readonly T[] | undefined): list is readonly T[] {
  return list !== undefined && list !== null && list.length > 0;
}

function matchesObject({ namespaces, resources }: AuditRule, object: AuditedObject): boolean {
  if (isNamed(namespaces) && !namespaces.includes(object.namespace)) return false;
  return !isNamed(resources) || resources.some(one => includesObject(one, object));
}

function includesObject({ group = '', resources, resourceNames }: AuditedResources, object: AuditedObject): boolean {
  if (group !== object.group && group !== '*') return false;
  if (!isNamed(resources)) return true;
  if (isNamed(resourceNames) && !resourceNames.includes(object.name)) return false;
  return resources.some(pattern => isResource(pattern, object));
}

function isResource(pattern: string, { resource, subresource }: AuditedObject): boolean {
  if (pattern === '*' || pattern === (subresource === '' ? resource : `${resource}/${subresource}`)) return true;
  if (subresource !== '' && pattern === `*/${subresource}`) return true;
  return pattern === `${resource}/*`;
}

function leadsTo(pattern: string, path: string): boolean {
  if (pattern === '*' || pattern === path) return true;
  return pattern.endsWith('*') && path.startsWith(pattern.replace(/\*+$/, ''));
}
