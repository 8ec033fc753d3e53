import { type FieldError, fieldError, isSemanticallyEqual, nameChecks } from '../../machinery/index.ts';
import { type Namespace, namespaces } from '../generated/index.ts';
import { defineKind } from './define-kind.ts';
import { changeField, fillDefaults } from './fill-defaults.ts';
import { validateFinalizerName } from './finalizer-name.ts';
import { statusRules } from './status-rules.ts';
import { ageColumn, nameColumn, textColumn } from './table-columns.ts';

/** Kubernetes: the finalizer that keeps a namespace until its contents are gone. */
const kubernetesFinalizer = 'kubernetes';

/** Kubernetes: every namespace has a phase, and carries its name as a label, for selectors. */
function setDefaults(object: Namespace): Namespace {
  const namespace = changeField(object, 'status', status => fillDefaults(status, { phase: 'Active' }));
  const { name, labels } = namespace.metadata;
  if (name === undefined || labels?.['kubernetes.io/metadata.name'] === name) return namespace;
  return {
    ...namespace,
    metadata: { ...namespace.metadata, labels: { ...labels, 'kubernetes.io/metadata.name': name } },
  };
}

function prepareForCreate(namespace: Namespace): Namespace {
  const finalizers = namespace.spec?.finalizers ?? [];
  const kept = finalizers.includes(kubernetesFinalizer) ? finalizers : [...finalizers, kubernetesFinalizer];
  return { ...namespace, spec: { ...namespace.spec, finalizers: kept }, status: { phase: 'Active' } };
}

/** Kubernetes: `ValidateNamespace`. */
function validateNamespace(namespace: Namespace): readonly FieldError[] {
  return (namespace.spec?.finalizers ?? []).flatMap(name => validateFinalizerName(name, 'spec.finalizers'));
}

function validateStatusUpdate(namespace: Namespace): readonly FieldError[] {
  const phase = namespace.status?.phase;
  const isDeleting = namespace.metadata.deletionTimestamp !== undefined;
  if (!isDeleting && phase !== 'Active') {
    return [fieldError.invalid('status.Phase', phase ?? '', "may only be 'Active' if `deletionTimestamp` is empty")];
  }
  if (isDeleting && phase !== 'Terminating') {
    return [
      fieldError.invalid('status.Phase', phase ?? '', "may only be 'Terminating' if `deletionTimestamp` is not empty"),
    ];
  }
  return [];
}

export const namespace = defineKind(namespaces, {
  hasGeneration: false,
  setDefaults,
  prepareForCreate,
  prepareForUpdate: (object, old) =>
    isSemanticallyEqual(object.spec?.finalizers, old.spec?.finalizers)
      ? object
      : { ...object, spec: { ...object.spec, finalizers: old.spec?.finalizers } },
  validateCreate: validateNamespace,
  validateName: nameChecks.dnsLabel,
  status: statusRules<Namespace>({ validateUpdate: validateStatusUpdate }),
  objectSubresources: {
    finalize: {
      prepareForUpdate: (object, old) => ({ ...old, metadata: object.metadata, spec: object.spec }),
      validateUpdate: object => validateNamespace(object),
    },
  },
  selectableFields: { 'status.phase': object => object.status?.phase ?? '' },
  columns: [
    nameColumn,
    textColumn<Namespace>(
      'Status',
      'Active, or Terminating while it is being deleted.',
      object => object.status?.phase ?? '',
    ),
    ageColumn,
  ],
});
