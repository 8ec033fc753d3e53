import {
  checkDns1123Subdomain,
  type FieldError,
  fieldError,
  invalidEach,
  isSemanticallyEqual,
  quantityToNumber,
  utf8Length,
  validateImmutable,
} from '../../machinery/index.ts';
import type { CSIPersistentVolumeSource, PersistentVolume, PersistentVolumeSpec } from '../generated/index.ts';
import {
  checkHostPath,
  checkNfs,
  checkNoBacksteps,
  checkNodeSelector,
  describeDifference,
  type Errors,
} from './pod-validation/index.ts';
import { checkAccessModes, checkClassName, checkPositiveQuantity, checkVolumeMode } from './storage-checks.ts';

const reclaimPolicies = ['Delete', 'Recycle', 'Retain'];

/** In the order in which upstream looks at them. */
const sources = [
  'hostPath',
  'gcePersistentDisk',
  'awsElasticBlockStore',
  'glusterfs',
  'flocker',
  'nfs',
  'rbd',
  'quobyte',
  'cephfs',
  'iscsi',
  'cinder',
  'fc',
  'flexVolume',
  'azureFile',
  'vsphereVolume',
  'photonPersistentDisk',
  'portworxVolume',
  'azureDisk',
  'scaleIO',
  'local',
  'storageos',
  'csi',
] as const;

/** Sources that are mounted with options. Kubernetes: `pkg/volume/validation`. */
const mountable = [
  'gcePersistentDisk',
  'awsElasticBlockStore',
  'glusterfs',
  'nfs',
  'rbd',
  'quobyte',
  'iscsi',
  'cinder',
  'cephfs',
  'azureFile',
  'vsphereVolume',
  'azureDisk',
  'photonPersistentDisk',
] as const;

/** Kubernetes: `ValidatePersistentVolumeSpec`; of sources, those without a cloud of their own are looked into. */
export function validateVolume({ spec = {}, metadata }: PersistentVolume): readonly FieldError[] {
  const errors: Errors = [];
  checkAccessModes(errors, spec.accessModes ?? [], 'spec.accessModes', '');
  checkCapacity(errors, spec.capacity ?? {});
  const policy = spec.persistentVolumeReclaimPolicy ?? '';
  if (policy !== '' && !reclaimPolicies.includes(policy)) {
    errors.push(fieldError.notSupported('spec.persistentVolumeReclaimPolicy', policy, reclaimPolicies));
  }
  checkNodeAffinity(errors, spec);
  checkSources(errors, spec);
  if (spec.hostPath !== undefined && /^\/*$/.test(spec.hostPath.path ?? '') && policy === 'Recycle') {
    const detail = "may not be 'recycle' for a hostPath mount of '/'";
    errors.push(fieldError.forbidden('spec.persistentVolumeReclaimPolicy', detail));
  }
  checkClassName(errors, spec.storageClassName, 'spec.storageClassName');
  checkVolumeMode(errors, spec.volumeMode, 'spec.volumeMode');
  checkAttributesClass(errors, spec);
  checkMountOptions(errors, spec, metadata.annotations);
  return errors;
}

/** Kubernetes: the same of a volume that stands within another object at `field`: most of what makes it one is not said. */
export function validateInlineVolume(spec: PersistentVolumeSpec, field: string): readonly FieldError[] {
  const errors: Errors = [];
  const context = 'in the context of inline volumes';
  const forbid = (name: string, isSaid: boolean, detail = `may not be specified ${context}`): void => {
    if (isSaid) errors.push(fieldError.forbidden(`spec.${name}`, detail));
  };
  const { volumeMode = 'Filesystem', persistentVolumeReclaimPolicy: policy = '' } = spec;
  forbid('claimRef', spec.claimRef !== undefined);
  forbid('capacity', Object.keys(spec.capacity ?? {}).length > 0);
  if (spec.csi === undefined) errors.push(fieldError.required('spec.csi', `has to be specified ${context}`));
  checkAccessModes(errors, spec.accessModes ?? [], 'spec.accessModes', '');
  forbid('persistentVolumeReclaimPolicy', policy !== '' && policy !== 'Retain', `may only be Retain ${context}`);
  forbid('nodeAffinity', spec.nodeAffinity !== undefined);
  checkSources(errors, spec);
  forbid('storageClassName', (spec.storageClassName ?? '') !== '');
  const modeDetail = `may not specify volumeMode other than Filesystem ${context}`;
  forbid('volumeMode', volumeMode !== 'Filesystem', modeDetail);
  checkAttributesClass(errors, spec);
  return errors.map(error => ({ ...error, field: error.field.replace(/^spec/, field) }));
}

function checkCapacity(errors: Errors, capacity: Readonly<Record<string, string>>): void {
  const names = Object.keys(capacity);
  if (names.length === 0) errors.push(fieldError.required('spec.capacity'));
  if (capacity['storage'] === undefined || names.length > 1) {
    errors.push(fieldError.notSupported('spec.capacity', names.length === 0 ? null : capacity, ['storage']));
  }
  for (const name of names) {
    const field = `spec.capacity[${name}]`;
    const amount = quantityToNumber(capacity[name]);
    if (amount < 0) errors.push(fieldError.invalid(field, Math.ceil(amount), 'must be a valid resource quantity'));
    checkPositiveQuantity(errors, capacity[name]!, field);
  }
}

function checkNodeAffinity(errors: Errors, { nodeAffinity }: PersistentVolumeSpec): void {
  if (nodeAffinity === undefined) return;
  const field = 'spec.nodeAffinity.required';
  if (nodeAffinity.required === undefined) {
    errors.push(fieldError.required(field, 'must specify required node constraints'));
  } else {
    checkNodeSelector(errors, field, nodeAffinity.required);
  }
}

function checkSources(errors: Errors, spec: PersistentVolumeSpec): void {
  const given = sources.filter(name => spec[name] !== undefined);
  if (given.length === 0) errors.push(fieldError.required('spec', 'must specify a volume type'));
  for (const name of given.slice(1)) {
    if (name === 'flexVolume') continue;
    const field = name === 'cephfs' ? 'cephFS' : name;
    errors.push(fieldError.forbidden(`spec.${field}`, 'may not specify more than 1 volume type'));
  }
  switch (given[0]) {
    case 'hostPath':
      checkHostPath(errors, 'spec.hostPath', spec.hostPath!);
      return;
    case 'nfs':
      checkNfs(errors, 'spec.nfs', spec.nfs!);
      return;
    case 'local':
      if ((spec.local!.path ?? '') === '') errors.push(fieldError.required('spec.local.path'));
      else checkNoBacksteps(errors, 'spec.local.path', spec.local!.path);
      if (spec.nodeAffinity === undefined) {
        errors.push(fieldError.required('spec.nodeAffinity', 'Local volume requires node affinity'));
      }
      return;
    case 'csi':
      checkCsi(errors, spec.csi!);
      return;
    default:
  }
}

function checkCsi(errors: Errors, source: CSIPersistentVolumeSource): void {
  checkDriverName(errors, source.driver, 'spec.csi.driver');
  if ((source.volumeHandle ?? '') === '') errors.push(fieldError.required('spec.csi.volumeHandle'));
  const references = [
    'controllerPublishSecretRef',
    'controllerExpandSecretRef',
    'nodePublishSecretRef',
    'nodeExpandSecretRef',
  ] as const;
  for (const name of references) {
    const reference = source[name];
    if (reference === undefined) continue;
    if ((reference.name ?? '') === '') errors.push(fieldError.required(`spec.csi.${name}.name`));
    if ((reference.namespace ?? '') === '') errors.push(fieldError.required(`spec.csi.${name}.namespace`));
  }
}

/** Kubernetes: `ValidateCSIDriverName`. */
export function checkDriverName(errors: Errors, name: string | undefined, field: string): void {
  if ((name ?? '') === '') {
    errors.push(fieldError.required(field));
    return;
  }
  if (utf8Length(name!) > 63) errors.push(fieldError.tooLong(field, 63));
  errors.push(...invalidEach(field, name, checkDns1123Subdomain(name!.toLowerCase())));
}

function checkAttributesClass(errors: Errors, { volumeAttributesClassName: name, csi }: PersistentVolumeSpec): void {
  if (name === undefined) return;
  const field = 'spec.volumeAttributesClassName';
  if (name === '') errors.push(fieldError.required(field, 'an empty string is disallowed'));
  else checkClassName(errors, name, field);
  if (csi === undefined) {
    errors.push(fieldError.required('spec.csi', 'has to be specified when using volumeAttributesClassName'));
  }
}

function checkMountOptions(
  errors: Errors,
  spec: PersistentVolumeSpec,
  annotations: Readonly<Record<string, string>> | undefined,
): void {
  const annotation = 'volume.beta.kubernetes.io/mount-options';
  const detail = 'may not specify mount options for this volume type';
  if (mountable.some(name => spec[name] !== undefined)) return;
  if (annotations?.[annotation] !== undefined) {
    errors.push(fieldError.forbidden(`metadata.annotations.${annotation}`, detail));
  }
}

/** Kubernetes: `ValidatePersistentVolumeUpdate`: what a volume is stays. */
export function validateVolumeUpdate(volume: PersistentVolume, old: PersistentVolume): readonly FieldError[] {
  const { spec = {} } = volume;
  const before = old.spec ?? {};
  const errors: Errors = [...validateVolume(volume)];
  const next = sourceOf(spec);
  const standing = sourceOf(before);
  const csi = next.csi;
  // A secret for growing the volume may come later.
  if (standing.csi !== undefined && standing.csi.controllerExpandSecretRef === undefined && csi !== undefined) {
    next.csi = { ...csi, controllerExpandSecretRef: undefined };
  }
  if (!isSemanticallyEqual(next, standing)) {
    const detail = `spec.persistentvolumesource is immutable after creation\n${describeDifference(standing, next)}`;
    errors.push(fieldError.forbidden('spec.persistentvolumesource', detail));
  }
  errors.push(...validateImmutable(spec.volumeMode, before.volumeMode, 'volumeMode'));
  if (before.nodeAffinity !== undefined && !isSemanticallyEqual(spec.nodeAffinity, before.nodeAffinity)) {
    const detail = 'field is immutable, except for updating from beta label to GA';
    errors.push(fieldError.invalid('nodeAffinity', spec.nodeAffinity ?? null, detail));
  }
  if (before.volumeAttributesClassName !== undefined && spec.volumeAttributesClassName === undefined) {
    const detail = 'update from non-nil value to nil is forbidden';
    errors.push(fieldError.forbidden('spec.volumeAttributesClassName', detail));
  }
  return errors;
}

function sourceOf(spec: PersistentVolumeSpec): { csi?: CSIPersistentVolumeSource | undefined } {
  return Object.fromEntries(sources.flatMap(name => (spec[name] === undefined ? [] : [[name, spec[name]]])));
}
