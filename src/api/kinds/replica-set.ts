import { type FieldError, validateImmutable } from '../../machinery/index.ts';
import { type ReplicaSet, replicaSets } from '../generated/index.ts';
import { defineKind } from './define-kind.ts';
import { changeField, fillDefaults } from './fill-defaults.ts';
import { defaultPodTemplate } from './pod-spec-defaults.ts';
import { checkNonnegative, type Errors } from './pod-validation/index.ts';
import { warnOfName, warnOfTemplate } from './pod-warnings.ts';
import { statusRules } from './status-rules.ts';
import { ageColumn, integerColumn, nameColumn, selectorColumn, templateColumns } from './table-columns.ts';
import { checkReplicaTemplate } from './workload-rules.ts';
import { validateCounts } from './workload-status.ts';

/** Kubernetes: `ValidateReplicaSetSpec`. */
function validateReplicaSet({ spec }: ReplicaSet): readonly FieldError[] {
  const errors: Errors = [];
  checkNonnegative(errors, 'spec.replicas', spec.replicas);
  checkNonnegative(errors, 'spec.minReadySeconds', spec.minReadySeconds);
  checkReplicaTemplate(errors, spec);
  return errors;
}

export const replicaSet = defineKind(replicaSets, {
  setDefaults: object =>
    changeField(object, 'spec', spec =>
      changeField(fillDefaults(spec, { replicas: 1 }), 'template', defaultPodTemplate),
    ),
  prepareForCreate: object => ({ ...object, status: { replicas: 0 } }),
  validateCreate: validateReplicaSet,
  warnings: (object, old) => [
    ...(old === undefined ? warnOfName(object.metadata.name, 'Pod names and hostnames') : []),
    ...warnOfTemplate(object, old),
  ],
  validateUpdate: (object, old) => validateImmutable(object.spec.selector, old.spec.selector, 'spec.selector'),
  status: statusRules<ReplicaSet>({
    validateUpdate: (object, old) =>
      validateCounts(object.status, old.status, ['fullyLabeledReplicas', 'readyReplicas', 'availableReplicas']),
  }),
  scale: { specReplicas: 'spec.replicas', statusReplicas: 'status.replicas', selector: 'spec.selector' },
  selectableFields: { 'status.replicas': object => String(object.status?.replicas ?? 0) },
  columns: [
    nameColumn,
    integerColumn<ReplicaSet>('Desired', 'How many pods are wanted.', object => object.spec?.replicas ?? 0),
    integerColumn<ReplicaSet>('Current', 'How many pods there are.', object => object.status?.replicas ?? 0),
    integerColumn<ReplicaSet>('Ready', 'How many pods are ready.', object => object.status?.readyReplicas ?? 0),
    ageColumn,
    ...templateColumns<ReplicaSet>(object => object.spec?.template?.spec?.containers ?? []),
    selectorColumn<ReplicaSet>(object => object.spec?.selector),
  ],
});
