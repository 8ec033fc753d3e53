import {
  checkQualifiedName,
  type FieldError,
  fieldError,
  invalidEach,
  isSemanticallyEqual,
  utf8Length,
  validateImmutable,
  validateLabelName,
} from '../../machinery/index.ts';
import { type StorageClass, storageClasses, type TopologySelectorTerm } from '../generated/index.ts';
import { defineKind } from './define-kind.ts';
import { fillDefaults } from './fill-defaults.ts';
import { ageColumn, nameColumn, textColumn } from './table-columns.ts';

function formatName({ metadata }: StorageClass): string {
  const isDefault =
    metadata.annotations?.['storageclass.kubernetes.io/is-default-class'] === 'true' ||
    metadata.annotations?.['storageclass.beta.kubernetes.io/is-default-class'] === 'true';
  return isDefault ? `${metadata.name} (default)` : (metadata.name ?? '');
}

/** Kubernetes: `ValidateStorageClass`. */
function validateStorageClass(object: StorageClass): readonly FieldError[] {
  const errors: FieldError[] = [];
  if ((object.provisioner ?? '') === '') errors.push(fieldError.required('provisioner'));
  else {
    const name = object.provisioner.toLowerCase();
    errors.push(...invalidEach('provisioner', name, checkQualifiedName(name)));
  }
  if (object.reclaimPolicy !== undefined && object.reclaimPolicy !== 'Delete' && object.reclaimPolicy !== 'Retain') {
    errors.push(fieldError.notSupported('reclaimPolicy', object.reclaimPolicy, ['Delete', 'Retain']));
  }
  const mode = object.volumeBindingMode;
  if (mode !== 'Immediate' && mode !== 'WaitForFirstConsumer') {
    errors.push(fieldError.notSupported('volumeBindingMode', mode ?? '', ['Immediate', 'WaitForFirstConsumer']));
  }
  checkParameters(errors, object.parameters ?? {});
  checkTopologies(errors, object.allowedTopologies ?? []);
  return errors;
}

const parametersMax = 512;
const parameterBytesMax = 256 * 1024;

function checkParameters(errors: FieldError[], parameters: Readonly<Record<string, string>>): void {
  const entries = Object.entries(parameters);
  if (entries.length > parametersMax) {
    errors.push(fieldError.tooLong('parameters', parametersMax));
    return;
  }
  for (const [key] of entries) {
    if (key === '') errors.push(fieldError.invalid('parameters', key, 'field can not be empty.'));
  }
  const size = entries.reduce((sum, [key, value]) => sum + utf8Length(key) + utf8Length(value), 0);
  if (size > parameterBytesMax) errors.push(fieldError.tooLong('parameters', parameterBytesMax));
}

function checkTopologies(errors: FieldError[], terms: readonly TopologySelectorTerm[]): void {
  const seen: object[] = [];
  for (const [index, { matchLabelExpressions: expressions = [] }] of terms.entries()) {
    const field = `allowedTopologies[${index}].matchLabelExpressions`;
    const meant: Record<string, readonly string[]> = {};
    for (const [at, { key, values = [] }] of expressions.entries()) {
      const path = `${field}[${at}]`;
      if (values.length === 0) errors.push(fieldError.required(`${path}.values`));
      for (const [i, value] of values.entries()) {
        if (values.indexOf(value) < i) errors.push(fieldError.duplicate(`${path}.values[${i}]`, value));
      }
      errors.push(...validateLabelName(key ?? '', `${path}.key`));
      if (Object.hasOwn(meant, key)) errors.push(fieldError.duplicate(`${path}.key`, key));
      meant[key] = [...new Set(values)].sort();
    }
    // Kubernetes: a term that says nothing is a duplicate of what comes before the first.
    for (const other of [{}, ...seen])
      if (isSemanticallyEqual(meant, other)) errors.push(fieldError.duplicate(field, ''));
    seen.push(meant);
  }
}

function validateStorageClassUpdate(object: StorageClass, old: StorageClass): readonly FieldError[] {
  const fields = ['parameters', 'provisioner', 'reclaimPolicy', 'volumeBindingMode'] as const;
  return fields.flatMap(field => validateImmutable(object[field], old[field], field));
}

export const storageClass = defineKind(storageClasses, {
  hasGeneration: false,
  setDefaults: object => fillDefaults(object, { reclaimPolicy: 'Delete', volumeBindingMode: 'Immediate' }),
  validateCreate: validateStorageClass,
  validateUpdate: validateStorageClassUpdate,
  columns: [
    { ...textColumn<StorageClass>('Name', nameColumn.description, formatName), format: 'name' },
    textColumn<StorageClass>('Provisioner', 'Who makes its volumes.', object => object.provisioner),
    textColumn<StorageClass>(
      'ReclaimPolicy',
      'What happens to released volumes.',
      object => object.reclaimPolicy ?? 'Delete',
    ),
    textColumn<StorageClass>(
      'VolumeBindingMode',
      'When volumes are made.',
      object => object.volumeBindingMode ?? 'Immediate',
    ),
    {
      ...textColumn<StorageClass>('AllowVolumeExpansion', 'Whether volumes can grow.', () => ''),
      value: object => object.allowVolumeExpansion === true,
    },
    ageColumn,
  ],
});
