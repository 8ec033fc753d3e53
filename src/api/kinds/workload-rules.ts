import {
  checkPercent,
  type FieldError,
  fieldError,
  type IntOrString,
  intValueOf,
  invalidEach,
  percentOf,
  readLabelSelector,
  validateLabelSelector,
} from '../../machinery/index.ts';
import type { LabelSelector, PodTemplateSpec } from '../generated/index.ts';
import { type Errors, validatePodTemplate } from './pod-validation/index.ts';

/** Rules that kinds which make pods share. Kubernetes: `pkg/apis/apps/validation`. */

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

/** A strategy as upstream prints it: with the names of its Go fields. */
export function showStrategy(strategy: {
  readonly type?: string | undefined;
  readonly rollingUpdate?:
    | { readonly maxUnavailable?: IntOrString | undefined; readonly maxSurge?: IntOrString | undefined }
    | undefined;
}): object {
  const { type = '', rollingUpdate: rolling } = strategy;
  const { maxUnavailable = 0, maxSurge = 0 } = rolling ?? {};
  return {
    Type: type,
    RollingUpdate: rolling === undefined ? null : { MaxUnavailable: maxUnavailable, MaxSurge: maxSurge },
  };
}

/** The share in percent or the count. Kubernetes: `getIntOrPercentValue`. */
export function amountOf(value: IntOrString | undefined): number {
  const percent = percentOf(value);
  return percent ?? intValueOf(value ?? 0);
}

/** A selector that must select something; `owner` is how upstream names the kind. */
export function checkWorkloadSelector(
  errors: Errors,
  selector: LabelSelector | undefined,
  field: string,
  owner: 'deployment' | 'daemonset' | 'statefulset',
): void {
  if (selector === undefined) {
    errors.push(fieldError.required(field));
    return;
  }
  errors.push(...validateLabelSelector(selector, field));
  if (Object.keys(selector.matchLabels ?? {}).length + (selector.matchExpressions ?? []).length === 0) {
    errors.push(fieldError.invalid(field, selector, `empty selector is invalid for ${owner}`));
  }
}

/** Pods made from a template must be the ones that the selector means. */
export function checkSelectsTemplate(
  errors: Errors,
  selector: LabelSelector | undefined,
  template: PodTemplateSpec | undefined,
  field: string,
): void {
  const labels = template?.metadata?.labels;
  if (readLabelSelector(selector).value?.matches(labels) !== false) return;
  const detail = '`selector` does not match template `labels`';
  errors.push(fieldError.invalid(`${field}.metadata.labels`, labels ?? null, detail));
}

/** What a template of pods that always run again may not say. */
export function checkLastingTemplate(
  errors: Errors,
  template: PodTemplateSpec | undefined,
  field: string,
  owner: string,
): void {
  const { restartPolicy, activeDeadlineSeconds } = template?.spec ?? {};
  if (restartPolicy !== 'Always') {
    errors.push(fieldError.notSupported(`${field}.spec.restartPolicy`, restartPolicy ?? '', ['Always']));
  }
  if (activeDeadlineSeconds !== undefined) {
    const detail = `activeDeadlineSeconds in ${owner} is not Supported`;
    errors.push(fieldError.forbidden(`${field}.spec.activeDeadlineSeconds`, detail));
  }
}

/** Selector and template of a ReplicaSet or a Deployment, which upstream treats alike to the letter. */
export function checkReplicaTemplate(
  errors: Errors,
  spec: { readonly selector?: LabelSelector | undefined; readonly template?: PodTemplateSpec | undefined },
): void {
  checkWorkloadSelector(errors, spec.selector, 'spec.selector', 'deployment');
  if (readLabelSelector(spec.selector).value === undefined) {
    errors.push(fieldError.invalid('spec.selector', spec.selector, 'invalid label selector'));
    return;
  }
  checkSelectsTemplate(errors, spec.selector, spec.template, 'spec.template');
  errors.push(...validatePodTemplate(spec.template, 'spec.template'));
  checkLastingTemplate(errors, spec.template, 'spec.template', 'ReplicaSet');
}
