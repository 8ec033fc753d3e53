import { type FieldError, fieldError } from '../field-error.ts';
import { checkLabelValue, checkQualifiedName } from '../names/index.ts';

/** Kubernetes: `selection.Operator`. */
export type LabelOperator = 'in' | 'notin' | '=' | '==' | '!=' | 'exists' | '!' | 'gt' | 'lt';

/** One term of a label selector. `values` are sorted and without duplicates. */
export interface LabelRequirement {
  readonly key: string;
  readonly operator: LabelOperator;
  readonly values: readonly string[];
}

export type Labels = Readonly<Record<string, string>>;

const integer = /^[+-]?[0-9]+$/;

/** Whether labels satisfy one requirement. Kubernetes: `Requirement.Matches`. */
export function matchesRequirement(requirement: LabelRequirement, labels: Labels | undefined): boolean {
  const value = labels?.[requirement.key];
  switch (requirement.operator) {
    case '=':
    case '==':
    case 'in':
      return value !== undefined && requirement.values.includes(value);
    case '!=':
    case 'notin':
      return value === undefined || !requirement.values.includes(value);
    case 'exists':
      return value !== undefined;
    case '!':
      return value === undefined;
    case 'gt':
    case 'lt':
      return value !== undefined && comparesAsInteger(value, requirement.values[0]!, requirement.operator);
  }
}

function comparesAsInteger(value: string, bound: string, operator: 'gt' | 'lt'): boolean {
  if (!integer.test(value) || !integer.test(bound)) return false;
  return operator === 'gt' ? BigInt(value) > BigInt(bound) : BigInt(value) < BigInt(bound);
}

/** What is wrong with a requirement. Kubernetes: `NewRequirement`; `field` is its path, `<nil>` where it has none. */
export function validateRequirement(requirement: LabelRequirement, field: string | undefined): readonly FieldError[] {
  const at = (child: string): string => (field === undefined ? child : `${field}.${child}`);
  return [
    ...validateKey(requirement.key, at('key')),
    ...validateValueCount(requirement, at('values')),
    ...requirement.values.flatMap((value, index) => validateValue(requirement.key, value, at(`values[${index}]`))),
  ];
}

function validateValueCount(requirement: LabelRequirement, field: string): readonly FieldError[] {
  const { operator, values } = requirement;
  const invalid = (detail: string): FieldError[] => [fieldError.invalid(field, values, detail)];
  switch (operator) {
    case 'in':
    case 'notin':
      return values.length === 0 ? invalid("for 'in', 'notin' operators, values set can't be empty") : [];
    case '=':
    case '==':
    case '!=':
      return values.length === 1 ? [] : invalid('exact-match compatibility requires one single value');
    case 'exists':
    case '!':
      return values.length === 0 ? [] : invalid('values set must be empty for exists and does not exist');
    case 'gt':
    case 'lt':
      return [
        ...(values.length === 1 ? [] : invalid("for 'Gt', 'Lt' operators, exactly one value is required")),
        ...values
          .map((value, index) => ({ value, index }))
          .filter(({ value }) => !integer.test(value))
          .map(({ value, index }) =>
            fieldError.invalid(`${field}[${index}]`, value, "for 'Gt', 'Lt' operators, the value must be an integer"),
          ),
      ];
  }
}

/** Kubernetes: `validateLabelKey`: all problems in one error. */
export function validateKey(key: string, field: string): readonly FieldError[] {
  const problems = checkQualifiedName(key);
  return problems.length === 0 ? [] : [fieldError.invalid(field, key, problems.join('; '))];
}

function validateValue(key: string, value: string, field: string): readonly FieldError[] {
  const problems = checkLabelValue(value);
  return problems.length === 0 ? [] : [fieldError.invalid(`${field}[${key}]`, value, problems.join('; '))];
}

const symbols: Readonly<Record<LabelOperator, string>> = {
  '=': '=',
  '==': '==',
  '!=': '!=',
  in: ' in ',
  notin: ' notin ',
  gt: '>',
  lt: '<',
  exists: '',
  '!': '',
};

/** The text of a requirement: `a=b`, `c in (x,y)`, `!d`. */
export function formatRequirement(requirement: LabelRequirement): string {
  const { key, operator, values } = requirement;
  if (operator === '!') return `!${key}`;
  if (operator === 'exists') return key;
  const list = values.length === 1 ? values[0]! : [...values].sort().join(',');
  const inside = operator === 'in' || operator === 'notin' ? `(${list})` : list;
  return `${key}${symbols[operator]}${inside}`;
}
