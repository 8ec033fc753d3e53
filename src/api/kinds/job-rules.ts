import {
  checkQualifiedName,
  type FieldError,
  fieldError,
  invalidEach,
  isSemanticallyEqual,
  utf8Length,
  validateDomainPrefixedPath,
  validateImmutable,
} from '../../machinery/index.ts';
import type {
  JobSpec,
  PodFailurePolicyOnExitCodesRequirement,
  PodFailurePolicyRule,
  PodSpec,
  PodTemplateSpec,
  SuccessPolicyRule,
} from '../generated/index.ts';
import { countIndexes } from './job-indexes.ts';
import { checkNonnegative, type Errors, validatePodTemplate } from './pod-validation/index.ts';
import { warnOfPod } from './pod-warnings.ts';

/** Kubernetes: `pkg/apis/batch/validation`, for Jobs and for the templates of CronJobs. */

const indexesMax = 100_000;
/** Above this many completions, and with a backoff limit for each index, other limits are lower. */
const manyCompletions = 100_000;
const limitWithManyCompletions = 10_000;
const failureActions = ['Count', 'FailIndex', 'FailJob', 'Ignore'];
const exitCodeOperators = ['In', 'NotIn'];
const conditionStatuses = ['False', 'True', 'Unknown'];

/** Kubernetes: `WarningsForJobSpec`. */
export function warnOfJobSpec(spec: JobSpec, field: string): readonly string[] {
  const isHuge = (spec.completions ?? 0) > 100_000 && (spec.parallelism ?? 0) > 10_000;
  const text =
    'In Indexed Jobs with a number of completions higher than 10^5 and a parallelism higher than 10^4, Kubernetes might not be able to track completedIndexes when a big number of indexes fail';
  return [
    ...(spec.completionMode === 'Indexed' && isHuge ? [`${field}: ${text}`] : []),
    ...warnOfPod(spec.template, `${field}.template.`),
  ];
}

/** As Go prints a list of texts with `%q`. */
function listValid(values: readonly string[]): string {
  return `valid values: [${values.map(value => `"${value}"`).join(' ')}]`;
}

/** Kubernetes: `validateJobSpec`; what concerns the selector comes on top for a Job. */
export function validateJobSpec(spec: JobSpec, field: string): readonly FieldError[] {
  const errors: Errors = [];
  checkCounts(errors, spec, field);
  checkManager(errors, spec, field);
  checkCompletionMode(errors, spec, field);
  checkFailurePolicy(errors, spec, `${field}.podFailurePolicy`);
  checkSuccessPolicy(errors, spec, `${field}.successPolicy`);
  checkReplacementPolicy(errors, spec, `${field}.podReplacementPolicy`);
  errors.push(...validatePodTemplate(spec.template, `${field}.template`));
  checkRestartPolicy(errors, spec, `${field}.template.spec.restartPolicy`);
  return errors;
}

function checkCounts(errors: Errors, spec: JobSpec, field: string): void {
  const names = [
    'parallelism',
    'completions',
    'activeDeadlineSeconds',
    'backoffLimit',
    'ttlSecondsAfterFinished',
    'backoffLimitPerIndex',
    'maxFailedIndexes',
  ] as const;
  for (const name of names) checkNonnegative(errors, `${field}.${name}`, spec[name]);
  if (spec.maxFailedIndexes !== undefined && spec.backoffLimitPerIndex === undefined) {
    errors.push(fieldError.required(`${field}.backoffLimitPerIndex`, 'when maxFailedIndexes is specified'));
  }
}

function checkManager(errors: Errors, { managedBy }: JobSpec, field: string): void {
  if (managedBy === undefined) return;
  errors.push(...validateDomainPrefixedPath(managedBy, `${field}.managedBy`));
  if (utf8Length(managedBy) > 63) errors.push(fieldError.tooLong(`${field}.managedBy`, 63));
}

function checkCompletionMode(errors: Errors, spec: JobSpec, field: string): void {
  const { completionMode: mode, backoffLimitPerIndex, maxFailedIndexes } = spec;
  if (mode !== undefined && mode !== 'NonIndexed' && mode !== 'Indexed') {
    errors.push(fieldError.notSupported(`${field}.completionMode`, mode, ['NonIndexed', 'Indexed']));
  }
  if (mode === 'Indexed') checkIndexed(errors, spec, field);
  if (mode !== undefined && mode !== 'NonIndexed') return;
  const detail = 'requires indexed completion mode';
  if (backoffLimitPerIndex !== undefined)
    errors.push(fieldError.invalid(`${field}.backoffLimitPerIndex`, backoffLimitPerIndex, detail));
  if (maxFailedIndexes !== undefined)
    errors.push(fieldError.invalid(`${field}.maxFailedIndexes`, maxFailedIndexes, detail));
}

function checkIndexed(errors: Errors, spec: JobSpec, field: string): void {
  const { completions, parallelism = 0, maxFailedIndexes: failedMax } = spec;
  const atMost = (name: string, value: number, max: number, suffix = ''): void => {
    if (value <= max) return;
    errors.push(fieldError.invalid(`${field}.${name}`, value, `must be less than or equal to ${max}${suffix}`));
  };
  if (completions === undefined)
    errors.push(fieldError.required(`${field}.completions`, 'when completion mode is Indexed'));
  atMost('parallelism', parallelism, indexesMax, ' when completion mode is Indexed');
  if (completions !== undefined && failedMax !== undefined && failedMax > completions) {
    const detail = 'must be less than or equal to completions';
    errors.push(fieldError.invalid(`${field}.maxFailedIndexes`, failedMax, detail));
  }
  atMost('maxFailedIndexes', failedMax ?? 0, indexesMax);
  if (completions === undefined || completions <= manyCompletions || spec.backoffLimitPerIndex === undefined) return;
  if (failedMax === undefined) {
    const detail = `must be specified when completions is above ${manyCompletions}`;
    errors.push(fieldError.required(`${field}.maxFailedIndexes`, detail));
  }
  const suffix = ` when completions are above ${manyCompletions} and used with backoff limit per index`;
  atMost('parallelism', parallelism, limitWithManyCompletions, suffix);
  atMost('maxFailedIndexes', failedMax ?? 0, limitWithManyCompletions, suffix);
}

function checkFailurePolicy(errors: Errors, spec: JobSpec, field: string): void {
  if (spec.podFailurePolicy === undefined) return;
  const rules = spec.podFailurePolicy.rules ?? [];
  if (rules.length > 20) errors.push(fieldError.tooMany(`${field}.rules`, rules.length, 20));
  for (const [index, rule] of rules.entries()) checkFailureRule(errors, spec, rule, `${field}.rules[${index}]`);
}

function checkFailureRule(errors: Errors, spec: JobSpec, rule: PodFailurePolicyRule, field: string): void {
  const { action, onExitCodes, onPodConditions = [] } = rule;
  if ((action ?? '') === '') {
    errors.push(fieldError.required(`${field}.action`, listValid(failureActions)));
  } else if (action === 'FailIndex') {
    if (spec.backoffLimitPerIndex === undefined)
      errors.push(fieldError.invalid(`${field}.action`, action, 'requires the backoffLimitPerIndex to be set'));
  } else if (!failureActions.includes(action)) {
    errors.push(fieldError.notSupported(`${field}.action`, action, failureActions));
  }
  if (onExitCodes !== undefined) checkExitCodes(errors, spec, onExitCodes, `${field}.onExitCodes`);
  checkPodConditions(errors, onPodConditions, `${field}.onPodConditions`);
  if ((onExitCodes !== undefined) !== onPodConditions.length > 0) return;
  const detail =
    onExitCodes === undefined
      ? 'specifying one of OnExitCodes and OnPodConditions is required'
      : 'specifying both OnExitCodes and OnPodConditions is not supported';
  errors.push({ reason: 'FieldValueInvalid', field, detail });
}

function checkPodConditions(
  errors: Errors,
  patterns: NonNullable<PodFailurePolicyRule['onPodConditions']>,
  field: string,
): void {
  if (patterns.length > 20) errors.push(fieldError.tooMany(field, patterns.length, 20));
  for (const [index, { type = '', status = '' }] of patterns.entries()) {
    const at = `${field}[${index}]`;
    errors.push(...invalidEach(`${at}.type`, type, checkQualifiedName(type)));
    if (status === '') errors.push(fieldError.required(`${at}.status`, listValid(conditionStatuses)));
    else if (!conditionStatuses.includes(status))
      errors.push(fieldError.notSupported(`${at}.status`, status, conditionStatuses));
  }
}

function checkExitCodes(
  errors: Errors,
  { template }: JobSpec,
  { operator = '', containerName, values = [] }: PodFailurePolicyOnExitCodesRequirement,
  field: string,
): void {
  if (operator === '') errors.push(fieldError.required(`${field}.operator`, listValid(exitCodeOperators)));
  else if (!exitCodeOperators.includes(operator))
    errors.push(fieldError.notSupported(`${field}.operator`, operator, exitCodeOperators));
  const containers = [...(template.spec?.containers ?? []), ...(template.spec?.initContainers ?? [])];
  if (containerName !== undefined && !containers.some(container => container.name === containerName)) {
    const detail = 'must be one of the container or initContainer names in the pod template';
    errors.push(fieldError.invalid(`${field}.containerName`, containerName, detail));
  }
  if (values.length === 0) errors.push(fieldError.invalid(`${field}.values`, values, 'at least one value is required'));
  else if (values.length > 255) errors.push(fieldError.tooMany(`${field}.values`, values.length, 255));
  for (const [index, value] of values.entries()) {
    const at = `${field}.values[${index}]`;
    if (operator === 'In' && value === 0)
      errors.push(fieldError.invalid(at, value, 'must not be 0 for the In operator'));
    if (values.indexOf(value) < index) errors.push(fieldError.duplicate(at, value));
  }
  if (values.some((value, index) => index > 0 && values[index - 1]! > value)) {
    errors.push(fieldError.invalid(`${field}.values`, values, 'must be ordered'));
  }
}

function checkSuccessPolicy(errors: Errors, spec: JobSpec, field: string): void {
  if (spec.successPolicy === undefined) return;
  if (spec.completionMode !== 'Indexed') {
    errors.push(fieldError.invalid(field, spec.successPolicy, 'requires indexed completion mode'));
    return;
  }
  const rules = spec.successPolicy.rules ?? [];
  if (rules.length === 0) {
    const detail = 'at least one rules must be specified when the successPolicy is specified';
    errors.push(fieldError.required(`${field}.rules`, detail));
  }
  if (rules.length > 20) errors.push(fieldError.tooMany(`${field}.rules`, rules.length, 20));
  for (const [index, rule] of rules.entries())
    checkSuccessRule(errors, spec.completions ?? 0, rule, `${field}.rules[${index}]`);
}

function checkSuccessRule(
  errors: Errors,
  completions: number,
  { succeededCount: count, succeededIndexes: indexes }: SuccessPolicyRule,
  field: string,
): void {
  if (count === undefined && indexes === undefined) {
    errors.push(fieldError.required(field, 'at least one of succeededCount or succeededIndexes must be specified'));
  }
  const counted = countIndexes(indexes ?? '', completions);
  if (indexes !== undefined) {
    const at = `${field}.succeededIndexes`;
    if (utf8Length(indexes) > 64 * 1024) errors.push(fieldError.tooLong(at, 64 * 1024));
    if (counted.problem !== undefined)
      errors.push(fieldError.invalid(at, indexes, `error parsing succeededIndexes: ${counted.problem}`));
  }
  if (count === undefined) return;
  const at = `${field}.succeededCount`;
  checkNonnegative(errors, at, count);
  const atMost = (max: number, of: string): void => {
    if (count > max) errors.push(fieldError.invalid(at, count, `must be less than or equal to ${max} (${of})`));
  };
  atMost(completions, 'the number of specified completions');
  if (indexes !== undefined)
    atMost(counted.value ?? 0, 'the number of indexes in the specified succeededIndexes field');
}

function checkReplacementPolicy(errors: Errors, spec: JobSpec, field: string): void {
  const policy = spec.podReplacementPolicy;
  if (policy === undefined) return;
  const supported = spec.podFailurePolicy === undefined ? ['Failed', 'TerminatingOrFailed'] : ['Failed'];
  if (!supported.includes(policy)) errors.push(fieldError.notSupported(field, policy, supported));
}

function checkRestartPolicy(errors: Errors, spec: JobSpec, field: string): void {
  const policy = spec.template.spec?.restartPolicy ?? '';
  if (policy === 'Always' || policy === '') {
    errors.push(fieldError.required(field, 'valid values: "OnFailure", "Never"'));
  } else if (policy !== 'OnFailure' && policy !== 'Never') {
    errors.push(fieldError.notSupported(field, policy, ['OnFailure', 'Never']));
  } else if (spec.podFailurePolicy !== undefined && policy !== 'Never') {
    const detail = 'only "Never" is supported when podFailurePolicy is specified';
    errors.push(fieldError.invalid(field, policy, detail));
  }
}

/**
 * What of a spec may not change. `isHeld`: the job is suspended and runs nothing, so where and with which resources its
 * pods run may still be chosen. Kubernetes: `ValidateJobSpecUpdate`.
 */
export function validateJobSpecUpdate(spec: JobSpec, old: JobSpec, isHeld: boolean): readonly FieldError[] {
  const errors: Errors = [];
  checkCompletionsUpdate(errors, spec, old);
  errors.push(...validateImmutable(spec.selector, old.selector, 'spec.selector'));
  errors.push(...validateTemplateUpdate(spec.template, old.template, isHeld));
  for (const name of [
    'completionMode',
    'podFailurePolicy',
    'backoffLimitPerIndex',
    'managedBy',
    'successPolicy',
  ] as const) {
    errors.push(...validateImmutable(spec[name], old[name], `spec.${name}`));
  }
  return errors;
}

function checkCompletionsUpdate(errors: Errors, spec: JobSpec, old: JobSpec): void {
  if (spec.completionMode !== 'Indexed') {
    errors.push(...validateImmutable(spec.completions, old.completions, 'spec.completions'));
    return;
  }
  const { completions, parallelism } = spec;
  if (completions === undefined || completions === old.completions || completions === parallelism) return;
  const detail = 'can only be modified in tandem with spec.parallelism';
  errors.push(fieldError.invalid('spec.completions', completions, detail));
}

function validateTemplateUpdate(
  template: PodTemplateSpec,
  old: PodTemplateSpec,
  isHeld: boolean,
): readonly FieldError[] {
  if (template === old) return [];
  if (!isHeld) return validateImmutable(template, old, 'spec.template');
  return validateImmutable(template.spec, allowPlacement(template.spec, old.spec), 'spec.template.spec');
}

/** The old spec with what may change as in the new one. */
function allowPlacement(spec: PodSpec | undefined, old: PodSpec | undefined): PodSpec | undefined {
  if (spec === undefined || old === undefined) return old;
  const affinity = { ...old.affinity, nodeAffinity: spec.affinity?.nodeAffinity };
  return {
    ...old,
    affinity: isSemanticallyEqual(affinity, {}) ? spec.affinity : affinity,
    nodeSelector: spec.nodeSelector,
    tolerations: spec.tolerations,
    schedulingGates: spec.schedulingGates,
    containers: allowResources(spec.containers, old.containers)!,
    initContainers: allowResources(spec.initContainers, old.initContainers),
  };
}

function allowResources(next: PodSpec['containers'] | undefined, old: PodSpec['containers'] | undefined) {
  if (next === undefined || old === undefined || next.length !== old.length) return old;
  return old.map((container, index) =>
    container.name === next[index]!.name ? { ...container, resources: next[index]!.resources } : container,
  );
}
