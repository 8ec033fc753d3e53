import {
  checkDns1123Subdomain,
  type FieldError,
  fieldError,
  invalidEach,
  utf8Length,
  validateImmutable,
} from '../../machinery/index.ts';
import type {
  DeviceClaim,
  DeviceClass,
  DeviceConstraint,
  DeviceRequest,
  DeviceSelector,
  ExactDeviceRequest,
  ResourceClaim,
  ResourceClaimTemplate,
} from '../generated/index.ts';
import {
  checkConfiguration,
  checkDeviceToleration,
  checkFullyQualifiedDeviceName,
  checkLabel,
  checkList,
  checkSet,
} from './device-checks.ts';
import type { Errors } from './pod-validation/index.ts';

/** Kubernetes: `pkg/apis/resource/validation`, of what asks for devices. Absent: the CEL of selectors is not compiled. */

export const listMax = 32;
const alternativesMax = 8;
const expressionBytesMax = 10 * 1024;
const requestReference =
  "must be the name of a request in the claim or the name of a request and a subrequest separated by '/'";

/** Names of requests with those of their alternatives. */
export type RequestNames = ReadonlyMap<string, readonly string[]>;

export function validateClaim({ spec }: ResourceClaim): readonly FieldError[] {
  const errors: Errors = [];
  checkDeviceClaim(errors, spec?.devices ?? {}, 'spec.devices');
  return errors;
}

/** Kubernetes: only that nothing changes is looked at. */
export function validateClaimSpecUpdate(object: ResourceClaim, old: ResourceClaim): readonly FieldError[] {
  return validateImmutable(object.spec, old.spec, 'spec');
}

export function validateClaimTemplate({ spec }: ResourceClaimTemplate): readonly FieldError[] {
  const errors: Errors = [];
  checkDeviceClaim(errors, spec?.spec?.devices ?? {}, 'spec.spec.devices');
  return errors;
}

export function validateClaimTemplateUpdate(
  object: ResourceClaimTemplate,
  old: ResourceClaimTemplate,
): readonly FieldError[] {
  return validateImmutable(object.spec, old.spec, 'spec');
}

export function validateDeviceClass({ spec = {} }: DeviceClass): readonly FieldError[] {
  const errors: Errors = [];
  checkSelectors(errors, spec.selectors ?? [], 'spec.selectors');
  checkList(errors, spec.config ?? [], listMax, 'spec.config', (config, at) => checkConfiguration(errors, config, at));
  const extended = spec.extendedResourceName;
  if (extended !== undefined && !isExtendedResource(extended)) {
    errors.push(fieldError.invalid('spec.extendedResourceName', extended, 'must be a valid extended resource name'));
  }
  return errors;
}

/** Kubernetes: `IsExtendedResourceName`: of a domain that is not its own. */
function isExtendedResource(name: string): boolean {
  const [domain = '', id = '', ...others] = name.split('/');
  const isForeign = name.includes('/') && !domain.endsWith('kubernetes.io') && !name.startsWith('requests.');
  return isForeign && others.length === 0 && id !== '' && checkDns1123Subdomain(domain).length === 0;
}

function checkDeviceClaim(errors: Errors, claim: DeviceClaim, field: string): void {
  const { requests = [], constraints = [], config = [] } = claim;
  const names: RequestNames = new Map(
    requests.map(({ name, firstAvailable = [] }) => [name ?? '', firstAvailable.map(one => one.name ?? '')]),
  );
  checkSet(
    errors,
    requests,
    listMax,
    `${field}.requests`,
    request => request.name ?? '',
    (request, at) => checkRequest(errors, request, at),
  );
  checkList(errors, constraints, listMax, `${field}.constraints`, (constraint, at) =>
    checkConstraint(errors, constraint, names, at),
  );
  checkList(errors, config, listMax, `${field}.config`, (one, at) => {
    checkReferences(errors, one.requests ?? [], names, `${at}.requests`);
    checkConfiguration(errors, one, at);
  });
}

function checkRequest(errors: Errors, { name, exactly, firstAvailable = [] }: DeviceRequest, field: string): void {
  checkLabel(errors, name, `${field}.name`);
  const detail = 'exactly one of `exactly` or `firstAvailable` is required';
  if (firstAvailable.length === 0 && exactly === undefined) errors.push(fieldError.required(field, detail));
  else if (firstAvailable.length > 0 && exactly !== undefined) {
    errors.push(fieldError.invalid(field, null, `${detail}, but multiple fields are set`));
  } else if (exactly !== undefined) checkExactRequest(errors, exactly, `${field}.exactly`);
  else {
    checkSet(
      errors,
      firstAvailable,
      alternativesMax,
      `${field}.firstAvailable`,
      alternative => alternative.name ?? '',
      (alternative, at) => {
        checkLabel(errors, alternative.name, `${at}.name`);
        checkExactRequest(errors, alternative, at);
      },
    );
  }
}

type AnyRequest = Pick<
  ExactDeviceRequest,
  'deviceClassName' | 'selectors' | 'allocationMode' | 'count' | 'tolerations'
>;

function checkExactRequest(errors: Errors, request: AnyRequest, field: string): void {
  const { deviceClassName = '', allocationMode = '', count = 0, tolerations = [] } = request;
  const classField = `${field}.deviceClassName`;
  if (deviceClassName === '') errors.push(fieldError.required(classField));
  else errors.push(...invalidEach(classField, deviceClassName, checkDns1123Subdomain(deviceClassName)));
  checkSelectors(errors, request.selectors ?? [], `${field}.selectors`);
  if (allocationMode === 'All') {
    const detail = "must not be specified when allocationMode is 'All'";
    if (count !== 0) errors.push(fieldError.invalid(`${field}.count`, count, detail));
  } else if (allocationMode === 'ExactCount') {
    if (count <= 0) errors.push(fieldError.invalid(`${field}.count`, count, 'must be greater than zero'));
  } else {
    errors.push(fieldError.notSupported(`${field}.allocationMode`, allocationMode, ['All', 'ExactCount']));
  }
  for (const [i, toleration] of tolerations.entries()) {
    checkDeviceToleration(errors, toleration, `${field}.tolerations[${i}]`);
  }
}

function checkSelectors(errors: Errors, selectors: readonly DeviceSelector[], field: string): void {
  checkList(errors, selectors, listMax, field, ({ cel }, at) => {
    if (cel === undefined) errors.push(fieldError.required(`${at}.cel`));
    else if (utf8Length(cel.expression ?? '') > expressionBytesMax) {
      errors.push(fieldError.tooLong(`${at}.cel.expression`, expressionBytesMax));
    }
  });
}

function checkConstraint(errors: Errors, constraint: DeviceConstraint, names: RequestNames, field: string): void {
  const { requests = [], matchAttribute, distinctAttribute } = constraint;
  checkReferences(errors, requests, names, `${field}.requests`);
  if (matchAttribute !== undefined) {
    checkFullyQualifiedDeviceName(errors, matchAttribute, `${field}.matchAttribute`);
  } else if (distinctAttribute !== undefined) {
    checkFullyQualifiedDeviceName(errors, distinctAttribute, `${field}.distinctAttribute`);
  } else {
    // Kubernetes: says so although none is set.
    const detail = 'exactly one of "matchAttribute" or "distinctAttribute" is required, but multiple fields are set';
    errors.push(fieldError.required(field, detail));
  }
}

export function checkReferences(
  errors: Errors,
  references: readonly string[],
  names: RequestNames,
  field: string,
): void {
  checkSet(
    errors,
    references,
    listMax,
    field,
    name => name,
    (name, at) => checkReference(errors, name, names, at),
  );
}

export function checkReference(errors: Errors, name: string, names: RequestNames, field: string): void {
  const segments = name.split('/');
  if (segments.length > 2) {
    errors.push(fieldError.invalid(field, name, requestReference));
    return;
  }
  for (const segment of segments) errors.push(...invalidEach(field, segment, labelProblems(segment)));
  const alternatives = names.get(segments[0]!);
  const isKnown = alternatives !== undefined && (segments.length === 1 || alternatives.includes(segments[1]!));
  if (!isKnown) errors.push(fieldError.invalid(field, name, requestReference));
}

function labelProblems(name: string): readonly string[] {
  const errors: Errors = [];
  checkLabel(errors, name, '');
  return errors.map(({ detail }) => detail);
}
