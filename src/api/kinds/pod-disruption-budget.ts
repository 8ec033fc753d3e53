import {
  type FieldError,
  fieldError,
  type IntOrString,
  nameChecks,
  validateLabelSelector,
} from '../../machinery/index.ts';
import { type PodDisruptionBudget, podDisruptionBudgets } from '../generated/index.ts';
import { defineKind } from './define-kind.ts';
import { statusRules } from './status-rules.ts';
import { ageColumn, integerColumn, nameColumn, textColumn } from './table-columns.ts';
import { validateAtMost100Percent, validatePositiveIntOrPercent } from './workload-rules.ts';

function validateAmount(value: IntOrString | undefined, field: string): readonly FieldError[] {
  if (value === undefined) return [];
  return [...validatePositiveIntOrPercent(value, field), ...validateAtMost100Percent(value, field)];
}

/** Kubernetes: `ValidatePodDisruptionBudget`. */
function validateBudget({ spec }: PodDisruptionBudget): readonly FieldError[] {
  const errors: FieldError[] = [];
  if (spec.minAvailable !== undefined && spec.maxUnavailable !== undefined) {
    errors.push(fieldError.invalid('spec', spec, 'minAvailable and maxUnavailable cannot be both set'));
  }
  errors.push(...validateAmount(spec.minAvailable, 'spec.minAvailable'));
  errors.push(...validateAmount(spec.maxUnavailable, 'spec.maxUnavailable'));
  errors.push(...validateLabelSelector(spec.selector, 'spec.selector'));
  const policy = spec.unhealthyPodEvictionPolicy;
  if (policy !== undefined && policy !== 'IfHealthyBudget' && policy !== 'AlwaysAllow') {
    errors.push(fieldError.notSupported('spec.unhealthyPodEvictionPolicy', policy, ['AlwaysAllow', 'IfHealthyBudget']));
  }
  return errors;
}

export const podDisruptionBudget = defineKind(podDisruptionBudgets, {
  requiresResourceVersion: true,
  validateName: nameChecks.pathSegment,
  validateCreate: validateBudget,
  prepareForCreate: object => ({
    ...object,
    status: { disruptionsAllowed: 0, currentHealthy: 0, desiredHealthy: 0, expectedPods: 0 },
  }),
  status: statusRules<PodDisruptionBudget>(),
  columns: [
    nameColumn,
    textColumn<PodDisruptionBudget>('Min Available', 'Pods that must stay available.', o =>
      String(o.spec?.minAvailable ?? 'N/A'),
    ),
    textColumn<PodDisruptionBudget>('Max Unavailable', 'Pods that may be unavailable.', o =>
      String(o.spec?.maxUnavailable ?? 'N/A'),
    ),
    integerColumn<PodDisruptionBudget>(
      'Allowed Disruptions',
      'Pods that may be evicted now.',
      o => o.status?.disruptionsAllowed ?? 0,
    ),
    ageColumn,
  ],
});
