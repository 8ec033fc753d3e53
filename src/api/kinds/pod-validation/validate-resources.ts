import {
  canonicalizeQuantity,
  checkQualifiedName,
  compareQuantities,
  fieldError,
  invalidEach,
  parseQuantity,
  quantityToBigInt,
  quantityToNumber,
} from '../../../machinery/index.ts';
import type { ResourceRequirements } from '../../generated/index.ts';
import type { Errors } from './field-checks.ts';

const standardForContainers: ReadonlySet<string> = new Set(['cpu', 'memory', 'ephemeral-storage']);
const standard: ReadonlySet<string> = new Set([
  'cpu',
  'memory',
  'ephemeral-storage',
  'requests.cpu',
  'requests.memory',
  'requests.ephemeral-storage',
  'limits.cpu',
  'limits.memory',
  'limits.ephemeral-storage',
  'pods',
  'resourcequotas',
  'services',
  'replicationcontrollers',
  'secrets',
  'configmaps',
  'persistentvolumeclaims',
  'storage',
  'requests.storage',
  'services.nodeports',
  'services.loadbalancers',
]);
const integerResources: ReadonlySet<string> = new Set([
  'pods',
  'services',
  'replicationcontrollers',
  'resourcequotas',
  'secrets',
  'configmaps',
  'persistentvolumeclaims',
  'services.nodeports',
  'services.loadbalancers',
]);

export function isHugePages(name: string): boolean {
  return name.startsWith('hugepages-') || name.startsWith('requests.hugepages-');
}

/** Kubernetes: what is not Kubernetes' own: a name with another domain. */
function isNative(name: string): boolean {
  return !name.includes('/') || name.includes('kubernetes.io/');
}

export function isExtendedResource(name: string): boolean {
  if (isNative(name) || name.startsWith('requests.')) return false;
  return checkQualifiedName(`requests.${name}`).length === 0;
}

/** Kubernetes: native resources may be promised twice over; devices and huge pages may not. */
export function mayOvercommit(name: string): boolean {
  return isNative(name) && !isHugePages(name);
}

/** Kubernetes: `validateResourceName`. */
export function checkResourceName(errors: Errors, field: string, name: string): boolean {
  const problems = checkQualifiedName(name);
  errors.push(...invalidEach(field, name, problems));
  if (problems.length > 0) return false;
  if (name.includes('/') || standard.has(name) || isHugePages(name)) return true;
  errors.push(fieldError.invalid(field, name, 'must be a standard resource type or fully qualified'));
  return false;
}

export function checkContainerResourceName(errors: Errors, field: string, name: string): void {
  checkResourceName(errors, field, name);
  if (!name.includes('/')) {
    if (standardForContainers.has(name) || isHugePages(name)) return;
    errors.push(fieldError.invalid(field, name, 'must be a standard resource for containers'));
  } else if (!isNative(name) && !isExtendedResource(name)) {
    errors.push(fieldError.invalid(field, name, "doesn't follow extended resource name standard"));
  }
}

/** Kubernetes: `ValidateResourceQuantityValue`. */
export function checkQuantityValue(errors: Errors, field: string, name: string, value: string): void {
  if (quantityToNumber(value) < 0) {
    errors.push(fieldError.invalid(field, canonicalizeQuantity(value), 'must be greater than or equal to 0'));
  }
  const isWhole = integerResources.has(name) || isExtendedResource(name);
  if (isWhole && (parseQuantity(value)?.nanos ?? 0n) % 1_000_000_000n !== 0n) {
    errors.push(fieldError.invalid(field, canonicalizeQuantity(value), 'must be an integer'));
  }
}

function checkHugePages(errors: Errors, field: string, name: string, value: string): void {
  if (!isHugePages(name)) return;
  const page = quantityToBigInt(name.slice(name.indexOf('hugepages-') + 'hugepages-'.length));
  const size = quantityToBigInt(value);
  if (page !== undefined && page > 0n && size !== undefined && size % page === 0n) return;
  errors.push(
    fieldError.invalid(field, value, `${canonicalizeQuantity(value)} is not positive integer multiple of ${name}`),
  );
}

/** Kubernetes: `ValidateContainerResourceRequirements`. */
export function checkContainerResources(
  errors: Errors,
  field: string,
  resources: ResourceRequirements | undefined,
  claimNames: ReadonlySet<string>,
): void {
  if (resources === undefined) return;
  const { limits = {}, requests = {} } = resources;
  for (const name in limits) {
    const at = `${field}.limits[${name}]`;
    checkContainerResourceName(errors, at, name);
    checkQuantityValue(errors, at, name, limits[name]!);
    checkHugePages(errors, at, name, limits[name]!);
  }
  for (const name in requests) {
    const at = `${field}.requests[${name}]`;
    checkContainerResourceName(errors, at, name);
    checkQuantityValue(errors, at, name, requests[name]!);
    checkAgainstLimit(errors, field, name, requests[name]!, limits[name]);
    checkHugePages(errors, at, name, requests[name]!);
  }
  const names = [...Object.keys(limits), ...Object.keys(requests)];
  if (names.some(isHugePages) && !names.includes('cpu') && !names.includes('memory')) {
    errors.push(fieldError.forbidden(field, 'HugePages require cpu or memory'));
  }
  checkClaims(errors, `${field}.claims`, resources.claims, claimNames);
}

function checkAgainstLimit(
  errors: Errors,
  field: string,
  name: string,
  request: string,
  limit: string | undefined,
): void {
  if (limit === undefined) {
    if (mayOvercommit(name)) return;
    errors.push(fieldError.required(`${field}.limits`, 'Limit must be set for non overcommitable resources'));
    return;
  }
  const asked = parseQuantity(request);
  const allowed = parseQuantity(limit);
  if (asked === undefined || allowed === undefined) return;
  const order = compareQuantities(asked, allowed);
  const relation = order !== 0 && !mayOvercommit(name) ? 'equal to' : order > 0 ? 'less than or equal to' : undefined;
  if (relation === undefined) return;
  const detail = `must be ${relation} ${name} limit of ${canonicalizeQuantity(limit)}`;
  errors.push(fieldError.invalid(`${field}.requests`, canonicalizeQuantity(request), detail));
}

function checkClaims(
  errors: Errors,
  field: string,
  claims: ResourceRequirements['claims'],
  known: ReadonlySet<string>,
): void {
  const seen = new Set<string>();
  for (const [index, claim] of (claims ?? []).entries()) {
    const at = `${field}[${index}]`;
    if ((claim.name ?? '') === '') {
      errors.push(fieldError.required(at));
      continue;
    }
    const key = claim.request ? `${claim.name}/${claim.request}` : claim.name;
    if (seen.has(key)) errors.push(fieldError.duplicate(at, key));
    seen.add(key);
    if (known.has(claim.name)) continue;
    const names = known.size === 0 ? ' which is empty' : `: ${[...known].sort().join(', ')}`;
    const detail = `must be one of the names in pod.spec.resourceClaims${names}`;
    errors.push({ ...fieldError.notFound(at, claim.name), detail });
  }
}
