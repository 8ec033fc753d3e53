import { type FieldError, fieldError } from '../../machinery/index.ts';
import type { ResourceQuota, ResourceQuotaSpec, ScopedResourceSelectorRequirement } from '../generated/index.ts';
import { checkQuantityValue, checkResourceName, type Errors, isHugePages } from './pod-validation/index.ts';

const quotaResources: ReadonlySet<string> = new Set([
  'cpu',
  'memory',
  'ephemeral-storage',
  'requests.cpu',
  'requests.memory',
  'requests.storage',
  'requests.ephemeral-storage',
  'limits.cpu',
  'limits.memory',
  'limits.ephemeral-storage',
  'pods',
  'resourcequotas',
  'services',
  'replicationcontrollers',
  'secrets',
  'persistentvolumeclaims',
  'configmaps',
  'services.nodeports',
  'services.loadbalancers',
]);

const podCount = ['pods'];
const podCompute = ['cpu', 'memory', 'limits.cpu', 'limits.memory', 'requests.cpu', 'requests.memory'];

/** What each scope can be applied to. Kubernetes: `IsResourceQuotaScopeValidForResource`. */
const scopeResources: ReadonlyMap<string, readonly string[]> = new Map([
  ['Terminating', [...podCount, ...podCompute]],
  ['NotTerminating', [...podCount, ...podCompute]],
  ['NotBestEffort', [...podCount, ...podCompute]],
  ['PriorityClass', [...podCount, ...podCompute]],
  ['CrossNamespacePodAffinity', [...podCount, ...podCompute]],
  ['BestEffort', podCount],
  ['VolumeAttributesClass', ['persistentvolumeclaims', 'requests.storage']],
]);

const scopesThatExist = ['BestEffort', 'NotBestEffort', 'Terminating', 'NotTerminating', 'CrossNamespacePodAffinity'];

/** Kubernetes: `ValidateResourceQuotaSpec`. */
export function validateQuota({ spec = {} }: ResourceQuota): readonly FieldError[] {
  const errors: Errors = [];
  checkAmounts(errors, spec.hard, 'spec.hard');
  checkScopes(errors, spec);
  checkScopeSelector(errors, spec);
  return errors;
}

/** Kubernetes: `ValidateResourceQuotaUpdate`: the scopes stay. */
export function validateQuotaUpdate(quota: ResourceQuota, old: ResourceQuota): readonly FieldError[] {
  const scopes = new Set(quota.spec?.scopes);
  const before = new Set(old.spec?.scopes);
  if (scopes.size === before.size && [...scopes].every(scope => before.has(scope))) return [];
  return [fieldError.invalid('spec.scopes', quota.spec?.scopes ?? null, 'field is immutable')];
}

export function validateQuotaStatus({ status = {} }: ResourceQuota): readonly FieldError[] {
  const errors: Errors = [];
  checkAmounts(errors, status.hard, 'status.hard');
  checkAmounts(errors, status.used, 'status.used');
  return errors;
}

function isQuotaResource(name: string): boolean {
  return quotaResources.has(name) || isHugePages(name);
}

function checkAmounts(errors: Errors, amounts: Readonly<Record<string, string>> | undefined, field: string): void {
  for (const name in amounts) {
    const at = `${field}[${name}]`;
    checkResourceName(errors, at, name);
    if (!name.includes('/') && !isQuotaResource(name)) {
      errors.push(fieldError.invalid(at, name, 'must be a standard resource for quota'));
    }
    checkQuantityValue(errors, at, name, amounts[name]!);
  }
}

/** Of the quota's resources, those that the scope says nothing about. */
function unscopedResources(spec: ResourceQuotaSpec, scope: string): readonly string[] {
  const possible = scopeResources.get(scope);
  if (possible === undefined) return [];
  return Object.keys(spec.hard ?? {}).filter(name => isQuotaResource(name) && !possible.includes(name));
}

function checkScopes(errors: Errors, spec: ResourceQuotaSpec): void {
  const { scopes = [] } = spec;
  const invalid = (detail: string): number => errors.push(fieldError.invalid('spec.scopes', scopes, detail));
  for (const scope of scopes) {
    if (!scopeResources.has(scope)) invalid('unsupported scope');
    for (const _name of unscopedResources(spec, scope)) invalid('unsupported scope applied to resource');
  }
  checkConflicts(errors, spec, scopes);
}

function checkConflicts(errors: Errors, spec: ResourceQuotaSpec, scopes: readonly string[]): void {
  for (const scope of ['BestEffort', 'Terminating']) {
    if (!scopes.includes(scope) || !scopes.includes(`Not${scope}`)) continue;
    errors.push(fieldError.invalid('spec.scopes', spec.scopes ?? null, 'conflicting scopes'));
  }
}

function checkScopeSelector(errors: Errors, spec: ResourceQuotaSpec): void {
  if (spec.scopeSelector === undefined) return;
  const requirements = spec.scopeSelector.matchExpressions ?? [];
  for (const requirement of requirements) checkRequirement(errors, spec, requirement);
  checkConflicts(
    errors,
    spec,
    requirements.map(requirement => requirement.scopeName),
  );
}

/** Upstream leaves the requirement's index out of the path. */
function checkRequirement(
  errors: Errors,
  spec: ResourceQuotaSpec,
  requirement: ScopedResourceSelectorRequirement,
): void {
  const field = 'spec.scopeSelector.matchExpressions';
  const { scopeName, operator, values = [] } = requirement;
  if (!scopeResources.has(scopeName)) {
    errors.push(fieldError.invalid(`${field}.scopeName`, scopeName, 'unsupported scope'));
  }
  for (const _name of unscopedResources(spec, scopeName)) {
    errors.push(fieldError.invalid(field, spec.scopeSelector, 'unsupported scope applied to resource'));
  }
  if (scopesThatExist.includes(scopeName) && operator !== 'Exists') {
    const detail =
      "must be 'Exists' when scope is any of ResourceQuotaScopeTerminating, ResourceQuotaScopeNotTerminating, ResourceQuotaScopeBestEffort, ResourceQuotaScopeNotBestEffort or ResourceQuotaScopeCrossNamespacePodAffinity";
    errors.push(fieldError.invalid(`${field}.operator`, operator, detail));
  }
  if (operator === 'In' || operator === 'NotIn') {
    const detail = "must be at least one value when `operator` is 'In' or 'NotIn' for scope selector";
    if (values.length === 0) errors.push(fieldError.required(`${field}.values`, detail));
  } else if (operator === 'Exists' || operator === 'DoesNotExist') {
    const detail = "must be no value when `operator` is 'Exist' or 'DoesNotExist' for scope selector";
    if (values.length > 0) errors.push(fieldError.invalid(`${field}.values`, values, detail));
  } else {
    errors.push(fieldError.invalid(`${field}.operator`, operator, 'not a valid selector operator'));
  }
}
