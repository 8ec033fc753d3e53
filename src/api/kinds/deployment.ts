import { type FieldError, fieldError, readLabelSelector, validateImmutable } from '../../machinery/index.ts';
import { type Deployment, type DeploymentStrategy, deployments } from '../generated/index.ts';
import { defineKind } from './define-kind.ts';
import { changeField, fillDefaults } from './fill-defaults.ts';
import { defaultPodTemplate } from './pod-spec-defaults.ts';
import { checkNonnegative, type Errors } from './pod-validation/index.ts';
import { warnOfName, warnOfTemplate } from './pod-warnings.ts';
import { statusRules } from './status-rules.ts';
import { ageColumn, looseColumn, nameColumn, templateColumns, textColumn, wide } from './table-columns.ts';
import {
  amountOf,
  checkReplicaTemplate,
  showStrategy,
  validateAtMost100Percent,
  validatePositiveIntOrPercent,
} from './workload-rules.ts';
import { validateCounts } from './workload-status.ts';

function setDefaults(deployment: Deployment): Deployment {
  return changeField(deployment, 'spec', spec => {
    const complete = fillDefaults(spec, { replicas: 1, revisionHistoryLimit: 10, progressDeadlineSeconds: 600 });
    const strategy = defaultStrategy(complete.strategy ?? {});
    const settled = strategy === complete.strategy ? complete : { ...complete, strategy };
    return changeField(settled, 'template', defaultPodTemplate);
  });
}

function defaultStrategy(strategy: DeploymentStrategy): DeploymentStrategy {
  const typed = fillDefaults(strategy, { type: 'RollingUpdate' });
  if (typed.type !== 'RollingUpdate') return typed;
  const rollingUpdate = fillDefaults(typed.rollingUpdate ?? {}, { maxUnavailable: '25%', maxSurge: '25%' });
  return rollingUpdate === typed.rollingUpdate ? typed : { ...typed, rollingUpdate };
}

/** Kubernetes: `ValidateDeploymentSpec`. */
function validateDeployment({ spec }: Deployment): readonly FieldError[] {
  const errors: Errors = [];
  checkNonnegative(errors, 'spec.replicas', spec.replicas);
  checkReplicaTemplate(errors, spec);
  checkStrategy(errors, spec.strategy ?? {});
  for (const name of ['minReadySeconds', 'revisionHistoryLimit', 'progressDeadlineSeconds'] as const) {
    checkNonnegative(errors, `spec.${name}`, spec[name]);
  }
  const deadline = spec.progressDeadlineSeconds;
  if (deadline !== undefined && deadline <= (spec.minReadySeconds ?? 0)) {
    errors.push(fieldError.invalid('spec.progressDeadlineSeconds', deadline, 'must be greater than minReadySeconds'));
  }
  return errors;
}

function checkStrategy(errors: Errors, strategy: DeploymentStrategy): void {
  const { type, rollingUpdate } = strategy;
  if (type !== 'RollingUpdate' && type !== 'Recreate') {
    errors.push(fieldError.notSupported('spec.strategy', showStrategy(strategy), ['Recreate', 'RollingUpdate']));
    return;
  }
  const field = 'spec.strategy.rollingUpdate';
  if (type === 'Recreate') {
    if (rollingUpdate === undefined) return;
    errors.push(fieldError.forbidden(field, "may not be specified when strategy `type` is 'Recreate'"));
    return;
  }
  const { maxUnavailable = 0, maxSurge = 0 } = rollingUpdate ?? {};
  errors.push(...validatePositiveIntOrPercent(maxUnavailable, `${field}.maxUnavailable`));
  errors.push(...validatePositiveIntOrPercent(maxSurge, `${field}.maxSurge`));
  if (amountOf(maxUnavailable) === 0 && amountOf(maxSurge) === 0) {
    const detail = 'may not be 0 when `maxSurge` is 0';
    errors.push(fieldError.invalid(`${field}.maxUnavailable`, maxUnavailable, detail));
  }
  errors.push(...validateAtMost100Percent(maxUnavailable, `${field}.maxUnavailable`));
}

export const deployment = defineKind(deployments, {
  setDefaults,
  generationCountsAnnotations: true,
  prepareForCreate: object => ({ ...object, status: {} }),
  validateCreate: validateDeployment,
  warnings: (object, old) => [
    ...(old === undefined ? warnOfName(object.metadata.name, 'Pod names and hostnames') : []),
    ...warnOfTemplate(object, old),
  ],
  validateUpdate: (object, old) => validateImmutable(object.spec.selector, old.spec.selector, 'spec.selector'),
  status: statusRules<Deployment>({
    keeps: 'labels',
    validateUpdate: (object, old) =>
      validateCounts(object.status, old.status, ['updatedReplicas', 'readyReplicas', 'availableReplicas']),
  }),
  scale: { specReplicas: 'spec.replicas', statusReplicas: 'status.replicas', selector: 'spec.selector' },
  columns: [
    nameColumn,
    textColumn<Deployment>(
      'Ready',
      'Ready pods of those wanted.',
      o => `${o.status?.readyReplicas ?? 0}/${o.spec?.replicas ?? 0}`,
    ),
    looseColumn<Deployment>(
      'Up-to-date',
      'Pods of the current template.',
      object => object.status?.updatedReplicas ?? 0,
    ),
    looseColumn<Deployment>(
      'Available',
      'Pods ready for long enough.',
      object => object.status?.availableReplicas ?? 0,
    ),
    ageColumn,
    ...templateColumns<Deployment>(object => object.spec?.template?.spec?.containers ?? []),
    textColumn<Deployment>(
      'Selector',
      'Which pods belong to it.',
      object => readLabelSelector(object.spec?.selector).value?.toString() ?? '<invalid>',
      wide,
    ),
  ],
});
