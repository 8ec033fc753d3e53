import {
  checkDns1123Label,
  checkDns1123Subdomain,
  compareQuantities,
  type FieldError,
  fieldError,
  invalidEach,
  isSemanticallyEqual,
  parseQuantity,
  quantityToNumber,
  validateImmutable,
  validateLabelSelector,
} from '../../machinery/index.ts';
import type { PersistentVolumeClaim, PersistentVolumeClaimSpec, TypedObjectReference } from '../generated/index.ts';
import { describeDifference, type Errors } from './pod-validation/index.ts';
import { checkAccessModes, checkClassName, checkPositiveQuantity, checkVolumeMode } from './storage-checks.ts';

const oldClassAnnotation = 'volume.beta.kubernetes.io/storage-class';

export interface ClaimOptions {
  /** The old claim may have had any group in its data source. */
  readonly allowsAnyGroup?: boolean | undefined;
  readonly allowsAnyLabelValue?: boolean | undefined;
}

/** Kubernetes: `ValidatePersistentVolumeClaimSpec`. */
export function validateClaimSpec(
  spec: PersistentVolumeClaimSpec,
  field: string,
  options: ClaimOptions = {},
): readonly FieldError[] {
  const errors: Errors = [];
  const { dataSource, dataSourceRef } = spec;
  checkAccessModes(errors, spec.accessModes ?? [], `${field}.accessModes`, 'at least 1 access mode is required');
  errors.push(
    ...validateLabelSelector(spec.selector, `${field}.selector`, { allowInvalidValues: options.allowsAnyLabelValue }),
  );
  const size = spec.resources?.requests?.['storage'];
  if (size === undefined) errors.push(fieldError.required(`${field}.resources[storage]`));
  else checkPositiveQuantity(errors, size, `${field}.resources[storage]`);
  checkClassName(errors, spec.storageClassName, `${field}.storageClassName`);
  checkVolumeMode(errors, spec.volumeMode, `${field}.volumeMode`);
  if (dataSource !== undefined) checkSource(errors, dataSource, `${field}.dataSource`, options);
  if (dataSourceRef !== undefined) checkSource(errors, dataSourceRef, `${field}.dataSourceRef`, options);
  checkSourcesAgree(errors, spec, field);
  checkClassName(errors, spec.volumeAttributesClassName, `${field}.volumeAttributesClassName`);
  return errors;
}

function checkSource(errors: Errors, source: TypedObjectReference, field: string, options: ClaimOptions): void {
  const { name = '', kind = '', apiGroup = '', namespace = '' } = source;
  if (name === '') errors.push(fieldError.required(`${field}.name`));
  if (kind === '') errors.push(fieldError.required(`${field}.kind`));
  if (apiGroup === '' && kind !== 'PersistentVolumeClaim') {
    const detail = "must be 'PersistentVolumeClaim' when referencing the default apiGroup";
    errors.push(fieldError.invalid(field, kind, detail));
  }
  if (apiGroup !== '' && options.allowsAnyGroup !== true) {
    errors.push(...invalidEach(`${field}.apiGroup`, apiGroup, checkDns1123Subdomain(apiGroup)));
  }
  if (namespace !== '') errors.push(...invalidEach(`${field}.namespace`, namespace, checkDns1123Label(namespace)));
}

function checkSourcesAgree(
  errors: Errors,
  { dataSource, dataSourceRef }: PersistentVolumeClaimSpec,
  field: string,
): void {
  if (dataSource === undefined || dataSourceRef === undefined) return;
  const invalid = (detail: string): number => errors.push(fieldError.invalid(field, `${field}.dataSource`, detail));
  if ((dataSourceRef.namespace ?? '') !== '') invalid('may not be specified when dataSourceRef.namespace is specified');
  else if (
    dataSource.apiGroup !== dataSourceRef.apiGroup ||
    dataSource.kind !== dataSourceRef.kind ||
    dataSource.name !== dataSourceRef.name
  ) {
    invalid('must match dataSourceRef');
  }
}

/**
 * Old clients and new ones name a data source in different fields; each is filled from the other. Sources that only new
 * clients can mean are dropped from the old field, as they always were. Kubernetes: `NormalizeDataSources`,
 * `EnforceDataSourceBackwardsCompatibility`.
 */
export function settleDataSources(claim: PersistentVolumeClaim, old?: PersistentVolumeClaim): PersistentVolumeClaim {
  const { spec } = claim;
  if (spec === undefined) return claim;
  const { dataSource, dataSourceRef } = spec;
  if (dataSourceRef === undefined && dataSource !== undefined) {
    const { apiGroup, kind, name } = dataSource;
    const hadSource = old?.spec?.dataSource !== undefined || old?.spec?.dataSourceRef !== undefined;
    const isOld =
      (kind === 'PersistentVolumeClaim' && (apiGroup ?? '') === '') ||
      (kind === 'VolumeSnapshot' && apiGroup === 'snapshot.storage.k8s.io');
    const settled = hadSource || isOld ? { dataSourceRef: { apiGroup, kind, name } } : { dataSource: undefined };
    return { ...claim, spec: { ...spec, ...settled } };
  }
  if (dataSourceRef !== undefined && dataSource === undefined && (dataSourceRef.namespace ?? '') === '') {
    const { apiGroup, kind, name } = dataSourceRef;
    return { ...claim, spec: { ...spec, dataSource: { apiGroup, kind, name } } };
  }
  return claim;
}

function optionsFor(old: PersistentVolumeClaim): ClaimOptions {
  const { dataSource, dataSourceRef, selector } = old.spec ?? {};
  return {
    allowsAnyGroup: dataSource?.apiGroup !== undefined || dataSourceRef?.apiGroup !== undefined,
    allowsAnyLabelValue: validateLabelSelector(selector, '').length > 0,
  };
}

/** Kubernetes: `ValidatePersistentVolumeClaimUpdate`: bound claims may grow; little else changes. */
export function validateClaimUpdate(claim: PersistentVolumeClaim, old: PersistentVolumeClaim): readonly FieldError[] {
  const spec = claim.spec ?? {};
  const before = settleDataSources(old).spec ?? {};
  const errors: Errors = [...validateClaimSpec(spec, 'spec', optionsFor(old))];
  if (!isClassKnown(claim, old)) {
    const field = `metadata.annotations[${oldClassAnnotation}]`;
    const value = claim.metadata.annotations?.[oldClassAnnotation] ?? '';
    const standing = old.metadata.annotations?.[oldClassAnnotation] ?? '';
    errors.push(...validateImmutable(value, standing, field));
  }
  const munged = withChangeable(claim, old, before);
  const kept = (before.volumeName ?? '') === '' ? { ...before, volumeName: munged.volumeName } : before;
  if (!isSemanticallyEqual(munged, kept)) {
    const detail = `spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims\n${describeDifference(kept, munged)}`;
    errors.push(fieldError.forbidden('spec', detail));
  }
  checkSize(errors, spec, old);
  errors.push(...validateImmutable(spec.volumeMode, before.volumeMode, 'volumeMode'));
  checkAttributesClass(errors, spec, old);
  return errors;
}

/** Whether a class named by the annotation of old has become the field. */
function isClassKnown(claim: PersistentVolumeClaim, old: PersistentVolumeClaim): boolean {
  const name = old.metadata.annotations?.[oldClassAnnotation];
  const next = claim.metadata.annotations?.[oldClassAnnotation];
  return (
    name !== undefined &&
    old.spec?.storageClassName === undefined &&
    claim.spec?.storageClassName === name &&
    (next === undefined || next === name)
  );
}

function withChangeable(
  claim: PersistentVolumeClaim,
  old: PersistentVolumeClaim,
  before: PersistentVolumeClaimSpec,
): PersistentVolumeClaimSpec {
  const spec = claim.spec ?? {};
  const { storageClassName } = spec;
  const named = old.metadata.annotations?.[oldClassAnnotation];
  const mayBeNamed =
    storageClassName !== undefined &&
    before.storageClassName === undefined &&
    (named === undefined || storageClassName === named);
  const settled =
    mayBeNamed || isClassKnown(claim, old) ? { ...spec, storageClassName: before.storageClassName } : spec;
  if (claim.status?.phase !== 'Bound') return settled;
  const { volumeAttributesClassName } = before;
  if (spec.resources?.requests === undefined) return { ...settled, volumeAttributesClassName };
  const storage = before.resources?.requests?.['storage'];
  const requests = { ...spec.resources.requests, ...(storage === undefined ? {} : { storage }) };
  return { ...settled, volumeAttributesClassName, resources: { ...spec.resources, requests } };
}

function checkSize(errors: Errors, spec: PersistentVolumeClaimSpec, old: PersistentVolumeClaim): void {
  const size = parseQuantity(spec.resources?.requests?.['storage'] ?? '0');
  const before = parseQuantity(old.spec?.resources?.requests?.['storage'] ?? '0');
  const actual = parseQuantity(old.status?.capacity?.['storage'] ?? '0');
  if (size === undefined || before === undefined || actual === undefined) return;
  if (compareQuantities(size, before) >= 0 || compareQuantities(size, actual) > 0) return;
  errors.push(fieldError.forbidden('spec.resources.requests.storage', 'field can not be less than status.capacity'));
}

function checkAttributesClass(errors: Errors, spec: PersistentVolumeClaimSpec, old: PersistentVolumeClaim): void {
  const name = spec.volumeAttributesClassName;
  if (name === old.spec?.volumeAttributesClassName || old.status?.currentVolumeAttributesClassName === undefined)
    return;
  if (name !== undefined && name !== '') return;
  const what = name === undefined ? 'nil' : 'empty string';
  const detail = `update to ${what} is forbidden when status.currentVolumeAttributesClassName is not nil`;
  errors.push(fieldError.forbidden('spec.volumeAttributesClassName', detail));
}

/** Kubernetes: `ValidatePersistentVolumeClaimStatusUpdate`, its main part. */
export function validateClaimStatus(claim: PersistentVolumeClaim): readonly FieldError[] {
  const { capacity = {} } = claim.status ?? {};
  return Object.keys(capacity)
    .filter(name => quantityToNumber(capacity[name]) < 0)
    .map(name =>
      fieldError.invalid(
        `status.capacity[${name}]`,
        Math.ceil(quantityToNumber(capacity[name])),
        'must be a valid resource quantity',
      ),
    );
}
