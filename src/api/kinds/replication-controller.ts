import { type FieldError, fieldError, matchLabelSet } from '../../machinery/index.ts';
import { type ReplicationController, replicationControllers } from '../generated/index.ts';
import { defineKind } from './define-kind.ts';
import { changeField, fillDefaults } from './fill-defaults.ts';
import { defaultPodTemplate } from './pod-spec-defaults.ts';
import { checkNonnegative, type Errors, validatePodTemplate } from './pod-validation/index.ts';
import { warnOfName, warnOfTemplate } from './pod-warnings.ts';
import { statusRules } from './status-rules.ts';
import {
  ageColumn,
  formatLabels,
  integerColumn,
  nameColumn,
  templateColumns,
  textColumn,
  wide,
} from './table-columns.ts';
import { checkLastingTemplate } from './workload-rules.ts';
import { validateCounts } from './workload-status.ts';

/** Kubernetes: selector and labels default to the template's labels. */
function setDefaults(controller: ReplicationController): ReplicationController {
  const complete = changeField(controller, 'spec', spec =>
    changeField(fillDefaults(spec, { replicas: 1 }), 'template', defaultPodTemplate),
  );
  const labels = complete.spec?.template?.metadata?.labels;
  if (labels === undefined) return complete;
  const needsSelector = Object.keys(complete.spec.selector ?? {}).length === 0;
  const needsLabels = Object.keys(complete.metadata.labels ?? {}).length === 0;
  if (!needsSelector && !needsLabels) return complete;
  return {
    ...complete,
    ...(needsSelector ? { spec: { ...complete.spec, selector: labels } } : {}),
    ...(needsLabels ? { metadata: { ...complete.metadata, labels } } : {}),
  };
}

/** Kubernetes: `ValidateReplicationControllerSpec`. */
function validateController({ spec }: ReplicationController): readonly FieldError[] {
  const { selector = {}, template } = spec;
  const errors: Errors = [];
  checkNonnegative(errors, 'spec.minReadySeconds', spec.minReadySeconds);
  if (Object.keys(selector).length === 0) errors.push(fieldError.required('spec.selector'));
  checkNonnegative(errors, 'spec.replicas', spec.replicas);
  if (template === undefined) return [...errors, fieldError.required('spec.template')];
  const labels = template.metadata?.labels;
  if (!matchLabelSet(selector).matches(labels)) {
    const detail = '`selector` does not match template `labels`';
    errors.push(fieldError.invalid('spec.template.metadata.labels', labels ?? null, detail));
  }
  errors.push(...validatePodTemplate(template, 'spec.template'));
  checkLastingTemplate(errors, template, 'spec.template', 'ReplicationController');
  return errors;
}

export const replicationController = defineKind(replicationControllers, {
  setDefaults,
  prepareForCreate: object => ({ ...object, status: { replicas: 0 } }),
  validateCreate: validateController,
  warnings: (object, old) => [
    ...(old === undefined ? warnOfName(object.metadata.name, 'Pod names and hostnames') : []),
    ...warnOfTemplate(object, old),
  ],
  status: statusRules<ReplicationController>({
    validateUpdate: (object, old) =>
      validateCounts(object.status, old.status, ['fullyLabeledReplicas', 'readyReplicas', 'availableReplicas']),
  }),
  // Kubernetes: as with old clients, deleting it leaves its pods; kubectl asks for more.
  defaultPropagation: 'Orphan',
  scale: { specReplicas: 'spec.replicas', statusReplicas: 'status.replicas', selector: 'spec.selector' },
  selectableFields: { 'status.replicas': object => String(object.status?.replicas ?? 0) },
  columns: [
    nameColumn,
    integerColumn<ReplicationController>('Desired', 'How many pods are wanted.', object => object.spec?.replicas ?? 0),
    integerColumn<ReplicationController>('Current', 'How many pods there are.', object => object.status?.replicas ?? 0),
    integerColumn<ReplicationController>('Ready', 'How many are ready.', object => object.status?.readyReplicas ?? 0),
    ageColumn,
    ...templateColumns<ReplicationController>(object => object.spec?.template?.spec?.containers ?? []),
    textColumn<ReplicationController>(
      'Selector',
      'Which pods belong to it.',
      o => formatLabels(o.spec?.selector),
      wide,
    ),
  ],
});
