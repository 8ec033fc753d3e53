import { type FieldError, fieldError } from '../field-error.ts';
import { formatGoStrings, isSemanticallyEqual, utf8Length } from '../json/index.ts';
import type { ManagedFieldsEntry, ObjectMeta, OwnerReference } from '../object.ts';
import { invalidEach, validateLabels, validateNonnegative } from './field-validations.ts';
import {
  checkDns1035Label,
  checkDns1123Label,
  checkDns1123Subdomain,
  checkPathSegmentName,
  checkPathSegmentPrefix,
  checkQualifiedName,
  type Problems,
} from './name-formats.ts';

/** How a kind's names are checked. `isPrefix`: a suffix will follow (`generateName`). */
export type NameCheck = (name: string, isPrefix: boolean) => Problems;

/** Kubernetes: `maskTrailingDash`, with its habit of dropping the character before the dash. */
function maskTrailingDash(name: string): string {
  return name.length > 1 && name.endsWith('-') ? `${name.slice(0, -2)}a` : name;
}

/** Kubernetes: the `ValidateNameFunc`s that most kinds share. */
export const nameChecks = {
  dnsSubdomain: (name: string, isPrefix: boolean): Problems =>
    checkDns1123Subdomain(isPrefix ? maskTrailingDash(name) : name),
  dnsLabel: (name: string, isPrefix: boolean): Problems => checkDns1123Label(isPrefix ? maskTrailingDash(name) : name),
  dns1035Label: (name: string, isPrefix: boolean): Problems =>
    checkDns1035Label(isPrefix ? maskTrailingDash(name) : name),
  pathSegment: (name: string, isPrefix: boolean): Problems =>
    isPrefix ? checkPathSegmentPrefix(name) : checkPathSegmentName(name),
} as const satisfies Record<string, NameCheck>;

export interface ObjectMetaRules {
  readonly namespaced: boolean;
  /** Default: DNS subdomain. */
  readonly validateName?: NameCheck | undefined;
  /** Path of the metadata; default `metadata`. */
  readonly field?: string | undefined;
}

const noErrors: readonly FieldError[] = [];

/** Kubernetes: `ValidateObjectMeta`, on creation, after a name has been generated. */
export function validateObjectMeta(meta: ObjectMeta, rules: ObjectMetaRules): readonly FieldError[] {
  const field = rules.field ?? 'metadata';
  const check = rules.validateName ?? nameChecks.dnsSubdomain;
  const errors: FieldError[] = [];
  if (meta.generateName !== undefined && meta.generateName !== '') {
    errors.push(...invalidEach(`${field}.generateName`, meta.generateName, check(meta.generateName, true)));
  }
  if (meta.name === undefined || meta.name === '') {
    errors.push(fieldError.required(`${field}.name`, 'name or generateName is required'));
  } else {
    errors.push(...invalidEach(`${field}.name`, meta.name, check(meta.name, false)));
  }
  errors.push(...validateNamespaceField(meta.namespace ?? '', rules.namespaced, `${field}.namespace`));
  errors.push(...validateNonnegative(meta.generation, `${field}.generation`));
  errors.push(...validateSharedMeta(meta, undefined, field));
  errors.push(...validateFinalizers(meta.finalizers, `${field}.finalizers`));
  return errors.length === 0 ? noErrors : errors;
}

function validateNamespaceField(namespace: string, namespaced: boolean, field: string): readonly FieldError[] {
  if (!namespaced) return namespace === '' ? noErrors : [fieldError.forbidden(field, 'not allowed on this type')];
  if (namespace === '') return [fieldError.required(field)];
  return invalidEach(field, namespace, checkDns1123Label(namespace));
}

/**
 * Kubernetes: `ValidateObjectMetaUpdate`. Labels, annotations, owners and managed fields that are the old object's own
 * (by reference) were checked when they were written and are not checked again.
 */
export function validateObjectMetaUpdate(meta: ObjectMeta, old: ObjectMeta, field = 'metadata'): readonly FieldError[] {
  const errors: FieldError[] = [];
  if (old.deletionTimestamp !== undefined) {
    errors.push(...validateNoNewFinalizers(meta.finalizers, old.finalizers, `${field}.finalizers`));
  }
  if (meta.resourceVersion === undefined || meta.resourceVersion === '') {
    errors.push(fieldError.invalid(`${field}.resourceVersion`, '', 'must be specified for an update'));
  }
  if ((meta.generation ?? 0) < (old.generation ?? 0)) {
    errors.push(fieldError.invalid(`${field}.generation`, meta.generation ?? 0, 'must not be decremented'));
  }
  if (!keepsImmutable(meta, old)) {
    for (const name of immutableMeta) {
      if (meta[name] !== old[name]) errors.push(...validateImmutable(meta[name], old[name], `${field}.${name}`));
    }
  }
  if (sharesCheckedParts(meta, old)) return errors.length === 0 ? noErrors : errors;
  const ofParts = validateSharedMeta(meta, old, field);
  return errors.length === 0 ? ofParts : [...errors, ...ofParts];
}

const immutableMeta = [
  'name',
  'namespace',
  'uid',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
] as const;

/** The fields of `immutableMeta` one by one: a loop over their names would look each up anew with every write. */
function keepsImmutable(meta: ObjectMeta, old: ObjectMeta): boolean {
  return (
    meta.name === old.name &&
    meta.namespace === old.namespace &&
    meta.uid === old.uid &&
    meta.creationTimestamp === old.creationTimestamp &&
    meta.deletionTimestamp === old.deletionTimestamp &&
    meta.deletionGracePeriodSeconds === old.deletionGracePeriodSeconds
  );
}

function sharesCheckedParts(meta: ObjectMeta, old: ObjectMeta): boolean {
  return (
    meta.labels === old.labels &&
    meta.annotations === old.annotations &&
    meta.ownerReferences === old.ownerReferences &&
    meta.managedFields === old.managedFields
  );
}

function validateSharedMeta(meta: ObjectMeta, old: ObjectMeta | undefined, field: string): readonly FieldError[] {
  const { labels, annotations, ownerReferences, managedFields } = meta;
  const ofLabels = labels === old?.labels ? noErrors : validateLabels(labels, `${field}.labels`);
  const ofAnnotations =
    annotations === old?.annotations ? noErrors : validateAnnotations(annotations, `${field}.annotations`);
  const ofOwners =
    ownerReferences === old?.ownerReferences
      ? noErrors
      : validateOwnerReferences(ownerReferences, `${field}.ownerReferences`);
  const ofManagers =
    managedFields === old?.managedFields
      ? noErrors
      : validateManagedFields(managedFields, `${field}.managedFields`, old?.managedFields);
  if (ofLabels.length + ofAnnotations.length + ofOwners.length + ofManagers.length === 0) return noErrors;
  return [...ofLabels, ...ofAnnotations, ...ofOwners, ...ofManagers];
}

/** Kubernetes: `ValidateImmutableField`. */
export function validateImmutable(value: unknown, old: unknown, field: string): readonly FieldError[] {
  if (isSemanticallyEqual(value, old) || isZero(value, old)) return noErrors;
  return [fieldError.invalid(field, value ?? null, 'field is immutable')];
}

/** Go's zero values: an absent text is the empty text. */
function isZero(value: unknown, old: unknown): boolean {
  return (value ?? '') === '' && (old ?? '') === '';
}

const annotationBytesMax = 256 * 1024;

/** Kubernetes: `ValidateAnnotations`: keys without regard to case, 256 KiB in all. */
export function validateAnnotations(
  annotations: Readonly<Record<string, string>> | undefined,
  field: string,
): readonly FieldError[] {
  if (annotations === undefined) return noErrors;
  const errors: FieldError[] = [];
  let bytes = 0;
  for (const key in annotations) {
    errors.push(...invalidEach(field, key, checkQualifiedName(key.toLowerCase())));
    bytes += utf8Length(key) + utf8Length(annotations[key]!);
  }
  if (bytes > annotationBytesMax) errors.push(fieldError.tooLong(field, annotationBytesMax));
  return errors;
}

/** Kubernetes: `ValidateOwnerReferences`. */
export function validateOwnerReferences(
  references: readonly OwnerReference[] | undefined,
  field: string,
): readonly FieldError[] {
  if (references === undefined) return noErrors;
  const errors: FieldError[] = [];
  let controller = '';
  for (const reference of references) {
    errors.push(...validateOwnerReference(reference, field));
    if (reference.controller !== true) continue;
    const current = `${reference.kind}/${reference.name}`;
    if (controller !== '') {
      errors.push(
        fieldError.invalid(
          field,
          references,
          `Only one reference can have Controller set to true. Found "true" in references for ${controller} and ${current}`,
        ),
      );
    } else controller = current;
  }
  return errors;
}

function validateOwnerReference(reference: OwnerReference, field: string): readonly FieldError[] {
  const errors: FieldError[] = [];
  const version = reference.apiVersion?.slice(reference.apiVersion.indexOf('/') + 1) ?? '';
  if (version === '') {
    errors.push(fieldError.invalid(`${field}.apiVersion`, reference.apiVersion ?? '', 'version must not be empty'));
  }
  for (const name of ['kind', 'name', 'uid'] as const) {
    if ((reference[name] ?? '') === '') errors.push(fieldError.invalid(`${field}.${name}`, '', 'must not be empty'));
  }
  if (reference.apiVersion === 'v1' && reference.kind === 'Event') {
    errors.push(fieldError.invalid(field, reference, '/v1, Kind=Event is disallowed from being an owner'));
  }
  return errors;
}

/** Kubernetes: `ValidateFinalizers`. */
export function validateFinalizers(finalizers: readonly string[] | undefined, field: string): readonly FieldError[] {
  if (finalizers === undefined) return noErrors;
  const errors = finalizers.flatMap(name => invalidEach(field, name, checkQualifiedName(name)));
  if (finalizers.includes('orphan') && finalizers.includes('foregroundDeletion')) {
    errors.push(fieldError.invalid(field, finalizers, 'finalizer orphan and foregroundDeletion cannot be both set'));
  }
  return errors;
}

const plainFinalizers: ReadonlySet<string> = new Set(['kubernetes', 'orphan', 'foregroundDeletion']);

/** Kubernetes: `validateKubeFinalizerName`: built-in kinds take names without a domain only if they are Kubernetes' own. */
export function validateKubernetesFinalizers(
  finalizers: readonly string[] | undefined,
  field: string,
): readonly FieldError[] {
  if (finalizers === undefined) return noErrors;
  const detail = 'name is neither a standard finalizer name nor is it fully qualified';
  return finalizers.flatMap((name, i) =>
    name.includes('/') || plainFinalizers.has(name) ? [] : [fieldError.invalid(`${field}[${i}]`, name, detail)],
  );
}

function validateNoNewFinalizers(
  finalizers: readonly string[] | undefined,
  old: readonly string[] | undefined,
  field: string,
): readonly FieldError[] {
  const added = [...new Set(finalizers ?? [])].filter(name => !(old ?? []).includes(name)).sort();
  if (added.length === 0) return noErrors;
  const text = `no new finalizers can be added if the object is being deleted, found new finalizers ${formatGoStrings(added)}`;
  return [fieldError.forbidden(field, text)];
}

/** Kubernetes: `ValidateFieldManager`: at most 128 bytes, printable. */
export function validateFieldManager(manager: string | undefined, field: string): readonly FieldError[] {
  if (manager === undefined || manager === '') return noErrors;
  const errors: FieldError[] = [];
  if (utf8Length(manager) > 128) errors.push(fieldError.tooLong(field, 128));
  let position = 0;
  for (const char of manager) {
    if (!isPrintable(char)) {
      const code = char.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0');
      errors.push(fieldError.invalid(field, manager, `invalid character U+${code} (at position ${position})`));
    }
    position += utf8Length(char);
  }
  return errors;
}

/** Go's `unicode.IsPrint`: letters, marks, numbers, punctuation, symbols, and the ASCII space. */
function isPrintable(char: string): boolean {
  const code = char.charCodeAt(0);
  if (code < 0x7f) return code >= 0x20;
  return /^[\p{L}\p{M}\p{N}\p{P}\p{S}]$/u.test(char);
}

/** Kubernetes: `ValidateManagedFields`. Entries that only have another time than `checked` has were checked with it. */
export function validateManagedFields(
  entries: readonly ManagedFieldsEntry[] | undefined,
  field: string,
  checked: readonly ManagedFieldsEntry[] = [],
): readonly FieldError[] {
  if (entries === undefined) return noErrors;
  const errors: FieldError[] = [];
  for (let index = 0; index < entries.length; index++) {
    const entry = entries[index]!;
    const before = checked[index];
    if (before !== undefined && isSameManager(entry, before)) continue;
    const at = `${field}[${index}]`;
    if (entry.operation !== 'Apply' && entry.operation !== 'Update') {
      errors.push(fieldError.invalid(`${at}.operation`, entry.operation ?? '', 'must be `Apply` or `Update`'));
    }
    if (entry.fieldsType !== undefined && entry.fieldsType !== 'FieldsV1' && entry.fieldsType !== '') {
      errors.push(fieldError.invalid(`${at}.fieldsType`, entry.fieldsType, 'must be `FieldsV1`'));
    }
    errors.push(...validateFieldManager(entry.manager, `${at}.manager`));
    if (utf8Length(entry.subresource ?? '') > 256) errors.push(fieldError.tooLong(`${at}.subresource`, 256));
  }
  return errors;
}

function isSameManager(entry: ManagedFieldsEntry, before: ManagedFieldsEntry): boolean {
  return (
    entry.manager === before.manager &&
    entry.operation === before.operation &&
    entry.fieldsType === before.fieldsType &&
    entry.subresource === before.subresource
  );
}
