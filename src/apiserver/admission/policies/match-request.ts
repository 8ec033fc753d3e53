import {
  type LabelSelector,
  type MatchResources,
  type NamedRuleWithOperations,
  namespaces,
} from '../../../api/generated/index.ts';
import type { ServedVersion } from '../../../api/index.ts';
import { type KubeObject, readLabelSelector } from '../../../machinery/index.ts';
import type { AdmissionRequest } from '../../core-contract.ts';
import type { ObjectView } from '../../object-view.ts';

/**
 * The version of the request's resource by which a policy's constraints match it, or undefined where they do not.
 * `Equivalent` constraints may name another version of the same kind; objects are then shown in that one.
 */
export function matchRequest(
  constraints: MatchResources | undefined,
  request: AdmissionRequest,
  view: ObjectView,
): ServedVersion | undefined {
  const { version, definition } = request.resource;
  if (constraints === undefined) return version;
  if (!isSelected(constraints, request, view)) return undefined;
  const { resourceRules, excludeResourceRules = [], matchPolicy } = constraints;
  const candidates = matchPolicy === 'Exact' ? [version] : [version, ...definition.versions.filter(v => v !== version)];
  const matching = (rules: readonly NamedRuleWithOperations[]): ServedVersion | undefined =>
    candidates.find(candidate => rules.some(rule => isRuleMatch(rule, candidate, request)));
  if (matching(excludeResourceRules) !== undefined) return undefined;
  return resourceRules === undefined || resourceRules.length === 0 ? version : matching(resourceRules);
}

function isSelected(
  { namespaceSelector, objectSelector }: MatchResources,
  request: AdmissionRequest,
  view: ObjectView,
): boolean {
  const { object, old } = request;
  if (!isEverything(objectSelector)) {
    const isMatch = [object, old].some(each => each !== undefined && matchesLabels(objectSelector, each));
    if (!isMatch) return false;
  }
  if (isEverything(namespaceSelector)) return true;
  const namespace = namespaceOf(request, view);
  // Kubernetes: what lives in no namespace is not sorted out by one's labels.
  return namespace === undefined || matchesLabels(namespaceSelector, namespace);
}

/** The namespace whose labels count: the object itself where that is one. */
export function namespaceOf(request: AdmissionRequest, view: ObjectView): KubeObject | undefined {
  const { type } = request.resource.version;
  if (type.group === '' && type.resource === 'namespaces') return request.object ?? request.old;
  return request.namespace === '' ? undefined : view.get(namespaces, undefined, request.namespace);
}

function isEverything(selector: LabelSelector | undefined): boolean {
  const { matchLabels = {}, matchExpressions = [] } = selector ?? {};
  return Object.keys(matchLabels).length === 0 && matchExpressions.length === 0;
}

function matchesLabels(selector: LabelSelector | undefined, { metadata }: KubeObject): boolean {
  return readLabelSelector(selector).value?.matches(metadata.labels) === true;
}

function isRuleMatch(rule: NamedRuleWithOperations, { type }: ServedVersion, request: AdmissionRequest): boolean {
  const { apiGroups = [], apiVersions = [], operations = [], resources = [], resourceNames = [], scope = '*' } = rule;
  const isScope = scope === '*' || (scope === 'Namespaced') === type.namespaced;
  return (
    isScope &&
    includes(apiGroups, type.group) &&
    includes(apiVersions, type.version) &&
    includes(operations, request.operation) &&
    resources.some(pattern => isResourceMatch(pattern, type.resource, request.subresource)) &&
    (resourceNames.length === 0 || resourceNames.includes(request.name))
  );
}

function includes(allowed: readonly string[], value: string): boolean {
  return allowed.includes('*') || allowed.includes(value);
}

/** `pods`, `pods/log`, `pods/*`, `*`, `* /scale` (without the space): without a slash, not of subresources. */
function isResourceMatch(pattern: string, resource: string, subresource: string): boolean {
  const [wanted, wantedSubresource = ''] = pattern.split('/');
  const isResource = wanted === '*' || wanted === resource;
  return isResource && (wantedSubresource === subresource || wantedSubresource === '*');
}
