import type { NamedRuleWithOperations } from '../../../api/generated/index.ts';
import type { AdmissionRequest, ResourceRegistry, ServedResource } from '../../core-contract.ts';
import { isNamespaceKind } from './match-selectors.ts';

/** The resource by which something matched: the request's own, or another version of the same kind. */
export type MatchedResource = ServedResource;

/** Kubernetes: the rules of a webhook, or those of a policy's `matchConstraints`. */
export interface Constraints {
  readonly rules: readonly NamedRuleWithOperations[] | undefined;
  readonly excludeRules?: readonly NamedRuleWithOperations[] | undefined;
  readonly matchPolicy: string | undefined;
}

/**
 * The resource by which rules match a request, or undefined where they do not. `Equivalent` rules may name another version
 * of the same kind; objects are then shown in that one.
 */
export function matchRequest(
  { rules, excludeRules = [], matchPolicy }: Constraints,
  request: AdmissionRequest,
  resources: ResourceRegistry,
): MatchedResource | undefined {
  const isExact = matchPolicy === 'Exact';
  if (findMatch(excludeRules, request, resources, isExact) !== undefined) return undefined;
  // Kubernetes: a policy's binding without rules is about whatever the policy is about.
  if (rules === undefined || rules.length === 0) return request.resource;
  return findMatch(rules, request, resources, isExact);
}

function findMatch(
  rules: readonly NamedRuleWithOperations[],
  request: AdmissionRequest,
  resources: ResourceRegistry,
  isExact: boolean,
): MatchedResource | undefined {
  const { resource } = request;
  if (rules.some(rule => isRuleMatch(rule, resource, request))) return resource;
  if (isExact || rules.length === 0) return undefined;
  // Kubernetes: earlier rules are honoured first.
  const others = equivalentsOf(resource, resources);
  for (const rule of rules) {
    const found = others.find(other => isRuleMatch(rule, other, request));
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The other versions under which the same objects are served. */
function equivalentsOf(resource: ServedResource, resources: ResourceRegistry): readonly ServedResource[] {
  const { crd, definition, version } = resource;
  if (crd === undefined) {
    return definition.versions.filter(other => other !== version).map(other => ({ ...resource, version: other }));
  }
  return resources
    .list()
    .filter(other => other.crd?.uid === crd.uid && other.version.type.version !== version.type.version);
}

function isRuleMatch(rule: NamedRuleWithOperations, { version }: ServedResource, request: AdmissionRequest): boolean {
  const { apiGroups = [], apiVersions = [], operations = [], resources = [], resourceNames = [], scope = '*' } = rule;
  const { type } = version;
  return (
    includes(operations, request.operation) &&
    includes(apiGroups, type.group) &&
    includes(apiVersions, type.version) &&
    resources.some(pattern => isResourceMatch(pattern, type.resource, request.subresource)) &&
    isScope(scope, request) &&
    (resourceNames.length === 0 || resourceNames.includes(request.name))
  );
}

/** Kubernetes: a request about a namespace bears its name as namespace, and is cluster-scoped all the same. */
function isScope(scope: string, request: AdmissionRequest): boolean {
  if (scope === '*') return true;
  const isClusterScoped = isNamespaceKind(request) || request.namespace === '';
  return isClusterScoped ? scope === 'Cluster' : scope === 'Namespaced';
}

function includes(allowed: readonly string[], value: string): boolean {
  return allowed.includes('*') || allowed.includes(value);
}

/** `pods`, `pods/log`, `pods/*`, `*`, `* /scale` (without the space): without a slash, not of subresources. */
function isResourceMatch(pattern: string, resource: string, subresource: string): boolean {
  const slash = pattern.indexOf('/');
  const wanted = slash < 0 ? pattern : pattern.slice(0, slash);
  const wantedSubresource = slash < 0 ? '' : pattern.slice(slash + 1);
  const isResource = wanted === '*' || wanted === resource;
  return isResource && (wantedSubresource === subresource || wantedSubresource === '*');
}
