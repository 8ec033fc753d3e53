import {
  canonicalizeQuantity,
  checkDns1123Label,
  type FieldError,
  fieldError,
  invalidEach,
  quantityToNumber,
} from '../../machinery/index.ts';
import type {
  CrossVersionObjectReference,
  HorizontalPodAutoscaler,
  HPAScalingRules,
  MetricIdentifier,
  MetricSpec,
  MetricTarget,
} from '../generated/index.ts';
import { checkContainerResourceName, checkNonnegative, type Errors } from './pod-validation/index.ts';
import { checkRequiredName } from './reference-checks.ts';

const periodMax = 1800;
const stabilizationMax = 3600;
const metricTypes = ['ContainerResource', 'External', 'Object', 'Pods', 'Resource'];
const sources = {
  Object: 'object',
  External: 'external',
  Pods: 'pods',
  Resource: 'resource',
  ContainerResource: 'containerResource',
} as const;

/** Kubernetes: `validateHorizontalPodAutoscalerSpec`; an update may keep what was wrong before. */
export function validateAutoscaler(
  { spec }: HorizontalPodAutoscaler,
  old?: HorizontalPodAutoscaler,
): readonly FieldError[] {
  const errors: Errors = [];
  const { minReplicas, maxReplicas = 0, metrics = [], behavior } = spec;
  const lowest = old?.spec.minReplicas === 0 ? 0 : 1;
  if (minReplicas !== undefined && minReplicas < lowest) {
    errors.push(fieldError.invalid('spec.minReplicas', minReplicas, `must be greater than or equal to ${lowest}`));
  }
  if (maxReplicas === 0) errors.push(fieldError.required('spec.maxReplicas', 'must be set and greater than 0'));
  else if (maxReplicas < 0) {
    errors.push(fieldError.invalid('spec.maxReplicas', maxReplicas, 'must be greater than or equal to 1'));
  }
  if (minReplicas !== undefined && maxReplicas < minReplicas) {
    const detail = 'must be greater than or equal to `minReplicas`';
    errors.push(fieldError.invalid('spec.maxReplicas', maxReplicas, detail));
  }
  const target = spec.scaleTargetRef;
  const before = old?.spec.scaleTargetRef;
  const isSameKind = before !== undefined && before.kind === target?.kind && before.apiVersion === target?.apiVersion;
  // Kubernetes: the one kind of the core group that can be scaled.
  const isCore = target?.kind === 'ReplicationController';
  checkTargetReference(errors, 'spec.scaleTargetRef', target, isSameKind ? 'any' : isCore ? 'readable' : 'withGroup');
  for (const [index, metric] of metrics.entries()) checkMetric(errors, metric, `spec.metrics[${index}]`);
  if (minReplicas === 0 && !metrics.some(({ type }) => type === 'Object' || type === 'External')) {
    const detail = 'must specify at least one Object or External metric to support scaling to zero replicas';
    errors.push(fieldError.forbidden('spec.metrics', detail));
  }
  for (const way of ['scaleUp', 'scaleDown'] as const) {
    const rules = behavior?.[way];
    if (rules !== undefined) checkRules(errors, rules, `spec.behavior.${way}`);
  }
  return errors;
}

export function validateAutoscalerStatus({ status }: HorizontalPodAutoscaler): readonly FieldError[] {
  const errors: Errors = [];
  checkNonnegative(errors, 'status.currentReplicas', status?.currentReplicas);
  checkNonnegative(errors, 'status.desiredReplicas', status?.desiredReplicas);
  return errors;
}

function checkTargetReference(
  errors: Errors,
  field: string,
  reference: CrossVersionObjectReference | undefined,
  versions: 'any' | 'withGroup' | 'readable',
): void {
  checkRequiredName(errors, `${field}.kind`, reference?.kind);
  checkRequiredName(errors, `${field}.name`, reference?.name);
  const version = reference?.apiVersion ?? '';
  if (versions === 'any') return;
  if (versions === 'withGroup' && !version.includes('/')) {
    errors.push(fieldError.invalid(`${field}.apiVersion`, version, 'apiVersion must specify API group'));
  }
  if (version.split('/').length > 2) {
    const detail = `unexpected GroupVersion string: ${version}`;
    errors.push(fieldError.invalid(`${field}.apiVersion`, version, detail));
  }
}

function checkMetric(errors: Errors, metric: MetricSpec, field: string): void {
  const { type = '' } = metric;
  if (type === '') errors.push(fieldError.required(`${field}.type`, 'must specify a metric source type'));
  const expected = metricTypes.includes(type) ? sources[type as keyof typeof sources] : undefined;
  if (expected === undefined) errors.push(fieldError.notSupported(`${field}.type`, type, metricTypes));
  const present = Object.values(sources).filter(source => metric[source] !== undefined);
  if (present[0] !== undefined) checkSource(errors, metric, present[0], `${field}.${present[0]}`);
  if (expected !== undefined && metric[expected] === undefined) {
    const detail = 'must populate information for the given metric source';
    errors.push(fieldError.required(`${field}.${expected}`, detail));
  }
  if (present.length === 1) return;
  for (const source of present) {
    if (source === expected) continue;
    errors.push(fieldError.forbidden(`${field}.${source}`, 'must populate the given metric source only'));
  }
}

function checkSource(
  errors: Errors,
  metric: MetricSpec,
  source: (typeof sources)[keyof typeof sources],
  field: string,
): void {
  switch (source) {
    case 'object': {
      checkTargetReference(errors, `${field}.describedObject`, metric.object!.describedObject, 'readable');
      checkMeasured(errors, metric.object!, field);
      const { value, averageValue } = metric.object!.target;
      if (value === undefined && averageValue === undefined) {
        errors.push(
          fieldError.required(`${field}.target.averageValue`, 'must set either a target value or averageValue'),
        );
      }
      return;
    }
    case 'external':
      checkExternal(errors, metric.external!, field);
      return;
    case 'pods':
      checkMeasured(errors, metric.pods!, field);
      if (metric.pods!.target.averageValue === undefined) {
        errors.push(fieldError.required(`${field}.target.averageValue`, 'must specify a positive target averageValue'));
      }
      return;
    case 'resource':
      checkResourceName(errors, metric.resource!.name, field, false);
      checkUse(errors, metric.resource!.target, field);
      return;
    case 'containerResource':
      checkResourceName(errors, metric.containerResource!.name, field, true);
      checkContainer(errors, metric.containerResource!.container, field);
      checkUse(errors, metric.containerResource!.target, field);
  }
}

interface Measured {
  readonly metric: MetricIdentifier;
  readonly target: MetricTarget;
}

function checkMeasured(errors: Errors, { metric, target }: Measured, field: string): void {
  if ((metric.name ?? '') === '')
    errors.push(fieldError.required(`${field}.metric.name`, 'must specify a metric name'));
  else checkRequiredName(errors, `${field}.metric.name`, metric.name);
  checkTarget(errors, target, `${field}.target`);
}

function checkExternal(errors: Errors, source: Measured, field: string): void {
  checkMeasured(errors, source, field);
  const { value, averageValue } = source.target;
  if (value === undefined && averageValue === undefined) {
    const detail = 'must set either a target value for metric or a per-pod target';
    errors.push(fieldError.required(`${field}.target.averageValue`, detail));
  }
  if (value !== undefined && averageValue !== undefined) {
    const detail = 'may not set both a target value for metric and a per-pod target';
    errors.push(fieldError.forbidden(`${field}.target.value`, detail));
  }
}

function checkResourceName(errors: Errors, name: string | undefined, field: string, isContainer: boolean): void {
  if ((name ?? '') === '') errors.push(fieldError.required(`${field}.name`, 'must specify a resource name'));
  else if (isContainer) checkContainerResourceName(errors, `${field}.name`, name!);
}

function checkContainer(errors: Errors, name: string | undefined, field: string): void {
  if ((name ?? '') === '') errors.push(fieldError.required(`${field}.container`, 'must specify a container'));
  else errors.push(...invalidEach(`${field}.container`, name, checkDns1123Label(name!)));
}

/** A share of what is requested, or an amount. */
function checkUse(errors: Errors, target: MetricTarget, field: string): void {
  checkTarget(errors, target, `${field}.target`);
  const { averageUtilization, averageValue } = target;
  if (averageUtilization === undefined && averageValue === undefined) {
    const detail = 'must set either a target raw value or a target utilization';
    errors.push(fieldError.required(`${field}.target.averageUtilization`, detail));
  }
  if (averageUtilization !== undefined && averageValue !== undefined) {
    const detail = 'may not set both a target raw value and a target utilization';
    errors.push(fieldError.forbidden(`${field}.target.averageValue`, detail));
  }
}

function checkTarget(errors: Errors, target: MetricTarget, field: string): void {
  const { type = '', averageUtilization: utilization } = target;
  if (type === '') errors.push(fieldError.required(`${field}.type`, 'must specify a metric target type'));
  if (!['Utilization', 'Value', 'AverageValue'].includes(type)) {
    errors.push(fieldError.invalid(`${field}.type`, type, 'must be either Utilization, Value, or AverageValue'));
  }
  for (const name of ['value', 'averageValue'] as const) {
    const amount = target[name];
    if (amount === undefined || quantityToNumber(amount) > 0) continue;
    errors.push(fieldError.invalid(`${field}.${name}`, canonicalizeQuantity(amount) ?? amount, 'must be positive'));
  }
  if (utilization !== undefined && utilization < 1) {
    errors.push(fieldError.invalid(`${field}.averageUtilization`, utilization, 'must be greater than 0'));
  }
}

function checkRules(errors: Errors, rules: HPAScalingRules, field: string): void {
  const { stabilizationWindowSeconds: window = 0, selectPolicy, policies = [], tolerance } = rules;
  if (window < 0) {
    const detail = 'must be greater than or equal to zero';
    errors.push(fieldError.invalid(`${field}.stabilizationWindowSeconds`, window, detail));
  }
  if (window > stabilizationMax) {
    const detail = `must be less than or equal to ${stabilizationMax}`;
    errors.push(fieldError.invalid(`${field}.stabilizationWindowSeconds`, window, detail));
  }
  const selections = ['Disabled', 'Max', 'Min'];
  if (selectPolicy !== undefined && !selections.includes(selectPolicy)) {
    errors.push(fieldError.notSupported(`${field}.selectPolicy`, selectPolicy, selections));
  }
  if (policies.length === 0) errors.push(fieldError.required(`${field}.policies`, 'must specify at least one Policy'));
  for (const [index, { type, value = 0, periodSeconds: period = 0 }] of policies.entries()) {
    const at = `${field}.policies[${index}]`;
    if (type !== 'Pods' && type !== 'Percent')
      errors.push(fieldError.notSupported(`${at}.type`, type ?? '', ['Percent', 'Pods']));
    if (value <= 0) errors.push(fieldError.invalid(`${at}.value`, value, 'must be greater than zero'));
    if (period <= 0) errors.push(fieldError.invalid(`${at}.periodSeconds`, period, 'must be greater than zero'));
    if (period > periodMax) {
      errors.push(fieldError.invalid(`${at}.periodSeconds`, period, `must be less than or equal to ${periodMax}`));
    }
  }
  if (tolerance !== undefined && quantityToNumber(tolerance) < 0) {
    const detail = 'must be greater than or equal to 0';
    errors.push(fieldError.invalid(`${field}.tolerance`, canonicalizeQuantity(tolerance) ?? tolerance, detail));
  }
}
