import {
  canonicalizeQuantity,
  checkDns1123Subdomain,
  checkQualifiedName,
  type FieldError,
  fieldError,
  invalidEach,
  isSemanticallyEqual,
  quantityToNumber,
  utf8Length,
  validateImmutable,
  validateLabelSelector,
  validateNonnegative,
} from '../../machinery/index.ts';
import type {
  CSIDriver,
  CSINode,
  CSINodeDriver,
  CSIStorageCapacity,
  VolumeAttachment,
  VolumeAttributesClass,
} from '../generated/index.ts';
import type { Errors } from './pod-validation/index.ts';
import { checkDriverName, validateInlineVolume } from './volume-validation.ts';

/** Kubernetes: `pkg/apis/storage/validation`, but for storage classes, which have a file of their own. */

const fsGroupPolicies = ['File', 'None', 'ReadWriteOnceWithFSType'];
const tokenSecondsMin = 600;
const tokenSecondsMax = 2 ** 32;
const nodeIdBytesMax = 256;
const attachmentMetadataBytesMax = 256 * 1024;
const errorMessageBytesMax = 1024;
const parametersMax = 512;
const parameterBytesMax = 256 * 1024;

/** Kubernetes: `ValidateCSIDriver`. What defaults fill in cannot be missing. */
export function validateCsiDriver({ spec }: CSIDriver): readonly FieldError[] {
  const errors: Errors = [];
  const { fsGroupPolicy, tokenRequests = [], volumeLifecycleModes = [] } = spec;
  if (fsGroupPolicy !== undefined && !fsGroupPolicies.includes(fsGroupPolicy)) {
    errors.push(fieldError.notSupported('spec.fsGroupPolicy', fsGroupPolicy, fsGroupPolicies));
  }
  checkTokenRequests(errors, tokenRequests);
  for (const mode of volumeLifecycleModes) {
    if (mode === 'Persistent' || mode === 'Ephemeral') continue;
    errors.push(fieldError.notSupported('spec.volumeLifecycleModes', mode, ['Persistent', 'Ephemeral']));
  }
  const seconds = spec.nodeAllocatableUpdatePeriodSeconds;
  if (seconds !== undefined && seconds < 10) {
    const field = 'spec.nodeAllocatableUpdatePeriodSeconds';
    errors.push(fieldError.invalid(field, seconds, 'must be greater than or equal to 10 seconds'));
  }
  const inSecrets = spec.serviceAccountTokenInSecrets;
  if (inSecrets !== undefined && tokenRequests.length === 0) {
    const detail = 'serviceAccountTokenInSecrets is set but no tokenRequests are specified';
    errors.push(fieldError.invalid('spec.serviceAccountTokenInSecrets', inSecrets, detail));
  }
  return errors;
}

function checkTokenRequests(errors: Errors, requests: NonNullable<CSIDriver['spec']['tokenRequests']>): void {
  const audiences = new Set<string>();
  for (const [i, { audience, expirationSeconds: seconds }] of requests.entries()) {
    const field = `spec.tokenRequests[${i}]`;
    if (audiences.has(audience)) {
      errors.push(fieldError.duplicate(`${field}.audience`, audience));
      continue;
    }
    audiences.add(audience);
    if (seconds === undefined) continue;
    if (seconds < tokenSecondsMin) {
      const detail = 'may not specify a duration less than 10 minutes';
      errors.push(fieldError.invalid(`${field}.expirationSeconds`, seconds, detail));
    }
    if (seconds > tokenSecondsMax) {
      const detail = 'may not specify a duration larger than 2^32 seconds';
      errors.push(fieldError.invalid(`${field}.expirationSeconds`, seconds, detail));
    }
  }
}

/** Kubernetes: `ValidateCSIDriverUpdate`; the path is upstream's own misspelling. */
export function validateCsiDriverUpdate({ spec }: CSIDriver, { spec: old }: CSIDriver): readonly FieldError[] {
  return [
    ...validateImmutable(spec.attachRequired, old.attachRequired, 'spec.attachedRequired'),
    ...validateImmutable(spec.volumeLifecycleModes, old.volumeLifecycleModes, 'spec.volumeLifecycleModes'),
  ];
}

/** Kubernetes: `ValidateCSINode`. */
export function validateCsiNode({ spec }: CSINode): readonly FieldError[] {
  const errors: Errors = [];
  const names = new Set<string>();
  for (const [i, driver] of (spec?.drivers ?? []).entries()) {
    checkNodeDriver(errors, driver, names, `spec.drivers[${i}]`);
    names.add(driver.name ?? '');
  }
  return errors;
}

function checkNodeDriver(errors: Errors, driver: CSINodeDriver, names: ReadonlySet<string>, field: string): void {
  const { name = '', nodeID = '', allocatable, topologyKeys } = driver;
  checkDriverName(errors, name, `${field}.name`);
  if (nodeID === '') errors.push(fieldError.required(`${field}.nodeID`));
  if (utf8Length(nodeID) > nodeIdBytesMax) {
    errors.push(fieldError.invalid(`${field}.nodeID`, nodeID, `must be ${nodeIdBytesMax} characters or less`));
  }
  errors.push(...validateNonnegative(allocatable?.count, `${field}.allocatable.count`));
  if (names.has(name)) errors.push(fieldError.duplicate(`${field}.name`, name));
  const keys = topologyKeys ?? [];
  for (const [i, key] of keys.entries()) {
    if (key === '') errors.push(fieldError.required(field));
    if (keys.indexOf(key) < i) errors.push(fieldError.duplicate(field, key));
    errors.push(...invalidEach(field, key, checkQualifiedName(key)));
  }
}

/** Kubernetes: `ValidateCSINodeUpdate`: of a driver that stays, only what it can hold may change. */
export function validateCsiNodeUpdate({ spec }: CSINode, { spec: old }: CSINode): readonly FieldError[] {
  const errors: Errors = [];
  for (const before of old?.drivers ?? []) {
    for (const driver of spec?.drivers ?? []) {
      if (driver.name !== before.name) continue;
      const kept = (one: CSINodeDriver): CSINodeDriver => ({ ...one, allocatable: undefined });
      if (isSemanticallyEqual(kept(driver), kept(before))) continue;
      errors.push(fieldError.invalid('spec.drivers', goDriver(driver), 'field is immutable'));
    }
  }
  return errors;
}

/** Kubernetes: internal types have no JSON names. */
function goDriver({ name, nodeID, topologyKeys }: CSINodeDriver): object {
  return { Name: name, NodeID: nodeID, TopologyKeys: topologyKeys ?? null, Allocatable: null };
}

/** Kubernetes: `ValidateCSIStorageCapacity`. */
export function validateCsiCapacity(object: CSIStorageCapacity): readonly FieldError[] {
  const { nodeTopology, storageClassName = '', capacity } = object;
  const errors: Errors = [...validateLabelSelector(nodeTopology, 'nodeTopology')];
  errors.push(...invalidEach('storageClassName', storageClassName, checkDns1123Subdomain(storageClassName)));
  if (capacity !== undefined && quantityToNumber(capacity) < 0) {
    const value = canonicalizeQuantity(capacity) ?? capacity;
    errors.push(fieldError.invalid('capacity', value, 'must be greater than or equal to 0'));
  }
  return errors;
}

/** Kubernetes: `ValidateCSIStorageCapacityUpdate`. */
export function validateCsiCapacityUpdate(object: CSIStorageCapacity, old: CSIStorageCapacity): readonly FieldError[] {
  return [
    ...validateImmutable(object.nodeTopology, old.nodeTopology, 'nodeTopology'),
    ...validateImmutable(object.storageClassName, old.storageClassName, 'storageClassName'),
  ];
}

/** Kubernetes: `ValidateVolumeAttachment`. */
export function validateAttachment({ spec, status }: VolumeAttachment): readonly FieldError[] {
  const errors: Errors = [];
  checkDriverName(errors, spec.attacher, 'spec.attacher');
  checkAttachmentSource(errors, spec.source ?? {});
  const { nodeName = '' } = spec;
  errors.push(...invalidEach('spec.nodeName', nodeName, checkDns1123Subdomain(nodeName)));
  checkAttachmentStatus(errors, status);
  const volume = spec.source?.persistentVolumeName;
  if (volume !== undefined) {
    errors.push(...invalidEach('spec.source.persistentVolumeName', volume, checkDns1123Subdomain(volume)));
  }
  return errors;
}

function checkAttachmentSource(errors: Errors, source: Partial<VolumeAttachment['spec']['source']>): void {
  const field = 'spec.source';
  const detail = 'must specify exactly one of inlineVolumeSpec and persistentVolumeName';
  const { inlineVolumeSpec: inline, persistentVolumeName: name } = source;
  if (inline === undefined && name === undefined) errors.push(fieldError.required(field, detail));
  else if (inline !== undefined && name !== undefined) errors.push(fieldError.forbidden(field, detail));
  else if (name === '') {
    errors.push(fieldError.required(`${field}.persistentVolumeName`, 'must specify non empty persistentVolumeName'));
  } else if (inline !== undefined) errors.push(...validateInlineVolume(inline, `${field}.inlineVolumeSpec`));
}

function checkAttachmentStatus(errors: Errors, status: VolumeAttachment['status']): void {
  const size = bytesOf(status?.attachmentMetadata ?? {});
  if (size > attachmentMetadataBytesMax) {
    errors.push(fieldError.tooLong('status.attachmentMetadata', attachmentMetadataBytesMax));
  }
  checkVolumeError(errors, status?.attachError, 'status.attachError');
  checkVolumeError(errors, status?.detachError, 'status.detachError');
}

function checkVolumeError(
  errors: Errors,
  error: NonNullable<VolumeAttachment['status']>['attachError'],
  field: string,
): void {
  if (utf8Length(error?.message ?? '') > errorMessageBytesMax) {
    // Kubernetes: names the limit of another field.
    errors.push(fieldError.tooLong(`${field}.message`, attachmentMetadataBytesMax));
  }
  const code = error?.errorCode;
  if (code !== undefined && code < 0) {
    errors.push(fieldError.invalid(`${field}.errorCode`, code, 'must be between 0 and 2147483647, inclusive'));
  }
}

export function validateAttachmentUpdate(object: VolumeAttachment, old: VolumeAttachment): readonly FieldError[] {
  return validateImmutable(object.spec, old.spec, 'spec');
}

/** Kubernetes: `ValidateVolumeAttributesClass`. */
export function validateAttributesClass(object: VolumeAttributesClass): readonly FieldError[] {
  const errors: Errors = [];
  const { driverName = '', parameters = {} } = object;
  if (driverName === '') errors.push(fieldError.required('driverName'));
  else
    errors.push(...invalidEach('driverName', driverName.toLowerCase(), checkQualifiedName(driverName.toLowerCase())));
  const keys = Object.keys(parameters);
  if (keys.length > parametersMax) return [...errors, fieldError.tooLong('parameters', parametersMax)];
  if (keys.includes('')) errors.push(fieldError.invalid('parameters', '', 'field can not be empty.'));
  if (bytesOf(parameters) > parameterBytesMax) errors.push(fieldError.tooLong('parameters', parameterBytesMax));
  if (keys.length === 0) {
    errors.push(fieldError.required('parameters', 'must contain at least one key/value pair'));
  }
  return errors;
}

/** Kubernetes: `ValidateVolumeAttributesClassUpdate`. */
export function validateAttributesClassUpdate(
  object: VolumeAttributesClass,
  old: VolumeAttributesClass,
): readonly FieldError[] {
  const errors: Errors = [];
  if (object.driverName !== old.driverName) {
    errors.push(fieldError.forbidden('driverName', 'updates to driverName are forbidden.'));
  }
  if (!isSemanticallyEqual(object.parameters, old.parameters)) {
    errors.push(fieldError.forbidden('parameters', 'updates to parameters are forbidden.'));
  }
  return errors;
}

function bytesOf(entries: Readonly<Record<string, string>>): number {
  let bytes = 0;
  for (const key in entries) bytes += utf8Length(key) + utf8Length(entries[key]!);
  return bytes;
}
