import { type FieldError, fieldError, formatFieldError } from '../field-error.ts';
import { quoteGo } from '../json/index.ts';
import { checkLabelValue, validateLabelName, validateLabels } from '../names/index.ts';
import { everyLabel, type LabelMatcher, matchLabels, noLabel } from './label-matcher.ts';
import { type LabelOperator, type LabelRequirement, type Labels, validateRequirement } from './label-requirement.ts';
import type { Parsed } from './parsed.ts';

/** `metav1.LabelSelector`. Absent selects nothing, empty selects everything. */
export interface LabelSelectorObject {
  readonly matchLabels?: Labels | undefined;
  readonly matchExpressions?: readonly LabelSelectorExpression[] | undefined;
}

export interface LabelSelectorExpression {
  readonly key: string;
  readonly operator: string;
  readonly values?: readonly string[] | undefined;
}

const operators: ReadonlyMap<string, LabelOperator> = new Map([
  ['In', 'in'],
  ['NotIn', 'notin'],
  ['Exists', 'exists'],
  ['DoesNotExist', '!'],
]);

/** Compiles a LabelSelector. Kubernetes: `LabelSelectorAsSelector`. */
export function readLabelSelector(selector: LabelSelectorObject | undefined): Parsed<LabelMatcher> {
  if (selector === undefined) return { value: noLabel };
  const requirements: LabelRequirement[] = [];
  for (const key in selector.matchLabels) {
    requirements.push({ key, operator: '=', values: [selector.matchLabels[key]!] });
  }
  for (const expression of selector.matchExpressions ?? []) {
    const operator = operators.get(expression.operator);
    if (operator === undefined) {
      return { problem: `${quoteGo(expression.operator)} is not a valid label selector operator` };
    }
    requirements.push({ key: expression.key, operator, values: expression.values ?? [] });
  }
  if (requirements.length === 0) return { value: everyLabel };
  const errors = requirements.flatMap(requirement => validateRequirement(requirement, undefined));
  if (errors.length > 0) return { problem: formatFieldError(errors[0]!) };
  return { value: matchLabels(requirements) };
}

const compiled = new WeakMap<LabelSelectorObject, LabelMatcher>();

/**
 * The matcher of a LabelSelector that has been validated; an invalid one matches nothing. Compiled once for each object,
 * as objects are immutable.
 */
export function compileLabelSelector(selector: LabelSelectorObject | undefined): LabelMatcher {
  if (selector === undefined) return noLabel;
  const known = compiled.get(selector);
  if (known !== undefined) return known;
  const matcher = readLabelSelector(selector).value ?? noLabel;
  compiled.set(selector, matcher);
  return matcher;
}

/** The string form, as tables and `status.selector` show it. Kubernetes: `FormatLabelSelector`. */
export function formatLabelSelector(selector: LabelSelectorObject | undefined): string {
  const parsed = readLabelSelector(selector);
  if (parsed.value === undefined) return '<error>';
  return parsed.value.toString() === '' ? '<none>' : parsed.value.toString();
}

export interface LabelSelectorOptions {
  readonly allowInvalidValues?: boolean | undefined;
}

/** Kubernetes: `ValidateLabelSelector`. */
export function validateLabelSelector(
  selector: LabelSelectorObject | undefined,
  field: string,
  options: LabelSelectorOptions = {},
): readonly FieldError[] {
  if (selector === undefined) return [];
  return [
    ...validateLabels(selector.matchLabels, `${field}.matchLabels`),
    ...(selector.matchExpressions ?? []).flatMap((expression, index) =>
      validateExpression(expression, `${field}.matchExpressions[${index}]`, options),
    ),
  ];
}

function validateExpression(
  expression: LabelSelectorExpression,
  field: string,
  options: LabelSelectorOptions,
): readonly FieldError[] {
  const values = expression.values ?? [];
  const errors: FieldError[] = [...validateOperator(expression.operator, values.length, field)];
  errors.push(...validateLabelName(expression.key ?? '', `${field}.key`));
  if (options.allowInvalidValues === true) return errors;
  for (const [index, value] of values.entries()) {
    for (const problem of checkLabelValue(value)) {
      errors.push(fieldError.invalid(`${field}.values[${index}]`, value, problem));
    }
  }
  return errors;
}

function validateOperator(operator: string, valueCount: number, field: string): readonly FieldError[] {
  switch (operator) {
    case 'In':
    case 'NotIn':
      return valueCount > 0
        ? []
        : [fieldError.required(`${field}.values`, "must be specified when `operator` is 'In' or 'NotIn'")];
    case 'Exists':
    case 'DoesNotExist':
      return valueCount === 0
        ? []
        : [
            fieldError.forbidden(
              `${field}.values`,
              "may not be specified when `operator` is 'Exists' or 'DoesNotExist'",
            ),
          ];
    default:
      return [fieldError.invalid(`${field}.operator`, operator ?? '', 'not a valid selector operator')];
  }
}
