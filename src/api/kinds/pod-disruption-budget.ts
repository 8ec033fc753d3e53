import {
  checkPercent,
  type FieldError,
  fieldError,
  type IntOrString,
  invalidEach,
  percentOf,
  validateLabelSelector,
} from '../../machinery/index.ts';
import { type PodDisruptionBudget, podDisruptionBudgets } from '../generated/index.ts';
import { defineKind } from './define-kind.ts';
import { statusRules } from './status-rules.ts';
import { ageColumn, integerColumn, nameColumn, textColumn } from './table-columns.ts';

/** Kubernetes: `ValidatePositiveIntOrPercent`. */
export function validatePositiveIntOrPercent(value: IntOrString, field: string): readonly FieldError[] {
  if (typeof value === 'string') return invalidEach(field, value, checkPercent(value));
  return value < 0 ? [fieldError.invalid(field, value, 'must be greater than or equal to 0')] : [];
}

/** Kubernetes: `IsNotMoreThan100Percent`. */
export function validateAtMost100Percent(value: IntOrString | undefined, field: string): readonly FieldError[] {
  const percent = percentOf(value);
  return percent !== undefined && percent > 100
    ? [fieldError.invalid(field, value, 'must not be greater than 100%')]
    : [];
}

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
