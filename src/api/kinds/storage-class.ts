import {
  checkQualifiedName,
  type FieldError,
  fieldError,
  invalidEach,
  validateImmutable,
} from '../../machinery/index.ts';
import { type StorageClass, storageClasses } from '../generated/index.ts';
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
  else
    errors.push(
      ...invalidEach('provisioner', object.provisioner, checkQualifiedName(object.provisioner.toLowerCase())),
    );
  if (object.reclaimPolicy !== undefined && object.reclaimPolicy !== 'Delete' && object.reclaimPolicy !== 'Retain') {
    errors.push(fieldError.notSupported('reclaimPolicy', object.reclaimPolicy, ['Delete', 'Retain']));
  }
  const mode = object.volumeBindingMode;
  if (mode !== 'Immediate' && mode !== 'WaitForFirstConsumer') {
    errors.push(fieldError.notSupported('volumeBindingMode', mode ?? '', ['Immediate', 'WaitForFirstConsumer']));
  }
  return errors;
}

function validateStorageClassUpdate(object: StorageClass, old: StorageClass): readonly FieldError[] {
  const errors: FieldError[] = [];
  for (const [field, what] of [
    ['parameters', 'parameters'],
    ['provisioner', 'provisioner'],
    ['reclaimPolicy', 'reclaimPolicy'],
  ] as const) {
    if (validateImmutable(object[field], old[field], field).length > 0) {
      errors.push(fieldError.forbidden(field, `updates to ${what} are forbidden.`));
    }
  }
  return [...errors, ...validateImmutable(object.volumeBindingMode, old.volumeBindingMode, 'volumeBindingMode')];
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
