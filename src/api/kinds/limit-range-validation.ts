import {
  canonicalizeQuantity,
  checkQualifiedName,
  compareQuantities,
  type FieldError,
  fieldError,
  parseQuantity,
  quantityOf,
  quantityToNumber,
} from '../../machinery/index.ts';
import type { LimitRange, LimitRangeItem } from '../generated/index.ts';
import { checkContainerResourceName, checkResourceName, type Errors, mayOvercommit } from './pod-validation/index.ts';

const types = ['Pod', 'Container', 'PersistentVolumeClaim'];
const parts = ['max', 'min', 'default', 'defaultRequest', 'maxLimitRequestRatio'] as const;

type Part = (typeof parts)[number];
type Amounts = Readonly<Partial<Record<Part, string>>>;

/** Kubernetes: `ValidateLimitRange`. */
export function validateLimitRange({ spec }: LimitRange): readonly FieldError[] {
  const errors: Errors = [];
  const seen = new Set<string>();
  for (const [index, item] of (spec?.limits ?? []).entries()) {
    const field = `spec.limits[${index}]`;
    checkType(errors, item.type, `${field}.type`);
    if (seen.has(item.type)) errors.push(fieldError.duplicate(`${field}.type`, item.type));
    seen.add(item.type);
    checkItem(errors, item, field);
  }
  return errors;
}

function checkType(errors: Errors, type: string, field: string): void {
  const problems = checkQualifiedName(type);
  for (const problem of problems) errors.push(fieldError.invalid(field, type, problem));
  if (problems.length > 0 || type.includes('/') || types.includes(type)) return;
  errors.push(fieldError.invalid(field, type, 'must be a standard limit type or fully qualified'));
}

function checkItem(errors: Errors, item: LimitRangeItem, field: string): void {
  const isPod = item.type === 'Pod';
  const checkName = isPod || item.type === 'Container' ? checkContainerResourceName : checkResourceName;
  const names = new Set<string>();
  for (const part of parts) {
    const resources = Object.keys(item[part] ?? {});
    if (isPod && (part === 'default' || part === 'defaultRequest')) {
      const detail = "may not be specified when `type` is 'Pod'";
      if (resources.length > 0) errors.push(fieldError.forbidden(`${field}.${part}`, detail));
      continue;
    }
    for (const name of resources) {
      checkName(errors, `${field}.${part}[${name}]`, name);
      names.add(name);
    }
  }
  const hasStorage = item.min?.storage !== undefined || item.max?.storage !== undefined;
  if (item.type === 'PersistentVolumeClaim' && !hasStorage) {
    const detail = 'either minimum or maximum storage value is required, but neither was provided';
    errors.push(fieldError.required(`${field}.limits`, detail));
  }
  for (const name of names) checkAmounts(errors, item, name, field);
}

/** What one resource's amounts must be to each other: the lesser, the greater, where the error goes, and its words. */
const orders: readonly (readonly [Part, Part, string, Part, Part])[] = [
  ['min', 'max', 'min value % is greater than max value %', 'min', 'min'],
  ['min', 'defaultRequest', 'min value % is greater than default request value %', 'defaultRequest', 'defaultRequest'],
  ['defaultRequest', 'max', 'default request value % is greater than max value %', 'defaultRequest', 'defaultRequest'],
  [
    'defaultRequest',
    'default',
    'default request value % is greater than default limit value %',
    'defaultRequest',
    'defaultRequest',
  ],
  ['min', 'default', 'min value % is greater than default value %', 'default', 'min'],
  ['default', 'max', 'default value % is greater than max value %', 'default', 'max'],
];

function checkAmounts(errors: Errors, item: LimitRangeItem, name: string, field: string): void {
  const amounts: Record<string, string> = {};
  for (const part of parts) {
    const value = item[part]?.[name];
    if (value !== undefined && !(item.type === 'Pod' && part.startsWith('default'))) {
      amounts[part] = canonicalizeQuantity(value) ?? value;
    }
  }
  for (const [less, more, words, place, shown] of orders) {
    if (compare(amounts, less, more) <= 0) continue;
    const detail = words.replace('%', amounts[less]!).replace('%', amounts[more]!);
    errors.push(fieldError.invalid(`${field}.${place}[${name}]`, amounts[shown], detail));
  }
  checkRatio(errors, amounts, `${field}.maxLimitRequestRatio[${name}]`);
  if (!mayOvercommit(name) && compare(amounts, 'default', 'defaultRequest') !== 0) {
    const detail = `default value ${amounts.default} must equal to defaultRequest value ${amounts.defaultRequest} in ${name}`;
    errors.push(fieldError.invalid(`${field}.defaultRequest[${name}]`, amounts.defaultRequest, detail));
  }
}

/** Zero where either is missing. */
function compare(amounts: Amounts, one: Part, other: Part): number {
  const left = parseQuantity(amounts[one] ?? '');
  const right = parseQuantity(amounts[other] ?? '');
  return left === undefined || right === undefined ? 0 : compareQuantities(left, right);
}

function checkRatio(errors: Errors, { min, max, maxLimitRequestRatio: ratio }: Amounts, field: string): void {
  if (ratio === undefined) return;
  const parsed = parseQuantity(ratio);
  if (parsed !== undefined && compareQuantities(parsed, quantityOf(1)) < 0) {
    errors.push(fieldError.invalid(field, ratio, `ratio ${ratio} is less than 1`));
  }
  if (min === undefined || max === undefined) return;
  const possible = quantityToNumber(max) / quantityToNumber(min);
  if (quantityToNumber(ratio) <= possible || Number.isNaN(possible)) return;
  const detail = `ratio ${ratio} is greater than max/min = ${possible.toFixed(6)}`;
  errors.push(fieldError.invalid(field, ratio, detail));
}
