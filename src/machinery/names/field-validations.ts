import { type FieldError, fieldError } from '../field-error.ts';
import {
  checkDns1123Label,
  checkDns1123Subdomain,
  checkHttpPath,
  checkLabelValue,
  checkQualifiedName,
  type Problems,
} from './name-formats.ts';

/** One `Invalid value` for each problem. */
export function invalidEach(field: string, value: unknown, problems: Problems): FieldError[] {
  return problems.map(problem => fieldError.invalid(field, value, problem));
}

/** Kubernetes: `ValidateLabelName`. */
export function validateLabelName(name: string, field: string): readonly FieldError[] {
  return invalidEach(field, name, checkQualifiedName(name));
}

/** Kubernetes: `ValidateLabels`. Errors stand at the map, not at its key. */
export function validateLabels(
  labels: Readonly<Record<string, string>> | undefined,
  field: string,
): readonly FieldError[] {
  if (labels === undefined) return [];
  const errors: FieldError[] = [];
  for (const key in labels) {
    const value = labels[key]!;
    for (const problem of checkQualifiedName(key)) errors.push(fieldError.invalid(field, key, problem));
    for (const problem of checkLabelValue(value)) errors.push(fieldError.invalid(field, value, problem));
  }
  return errors;
}

/** Kubernetes: `ValidateNonnegativeField`. */
export function validateNonnegative(value: number | undefined, field: string): readonly FieldError[] {
  return value !== undefined && value < 0
    ? [fieldError.invalid(field, value, 'must be greater than or equal to 0')]
    : [];
}

/** Kubernetes: `IsFullyQualifiedName`: at least three segments. */
export function validateFullyQualifiedName(name: string, field: string): readonly FieldError[] {
  if (name === '') return [fieldError.required(field)];
  const problems = checkDns1123Subdomain(name);
  if (problems.length > 0) return [fieldError.invalid(field, name, problems.join(','))];
  if (name.split('.').length >= 3) return [];
  return [fieldError.invalid(field, name, 'should be a domain with at least three segments separated by dots')];
}

/** Kubernetes: `IsFullyQualifiedDomainName`: at least two segments; a trailing dot is allowed. */
export function validateFullyQualifiedDomainName(value: string, field: string): readonly FieldError[] {
  if (value === '') return [fieldError.required(field)];
  const name = value.endsWith('.') ? value.slice(0, -1) : value;
  const problems = checkDns1123Subdomain(name);
  if (problems.length > 0) return [fieldError.invalid(field, name, problems.join(','))];
  const labels = name.split('.');
  if (labels.length < 2) {
    return [fieldError.invalid(field, name, 'should be a domain with at least two segments separated by dots')];
  }
  for (const label of labels) {
    const wrong = checkDns1123Label(label);
    if (wrong.length > 0) return [fieldError.invalid(field, label, wrong.join(','))];
  }
  return [];
}

/** Kubernetes: `IsDomainPrefixedPath`: `acme.io/foo`. */
export function validateDomainPrefixedPath(value: string, field: string): readonly FieldError[] {
  if (value === '') return [fieldError.required(field)];
  const slash = value.indexOf('/');
  if (slash <= 0 || slash === value.length - 1) {
    return [fieldError.invalid(field, value, 'must be a domain-prefixed path (such as "acme.io/foo")')];
  }
  const host = value.slice(0, slash);
  const path = value.slice(slash + 1);
  return [...invalidEach(field, host, checkDns1123Subdomain(host)), ...invalidEach(field, path, checkHttpPath(path))];
}

/** Kubernetes: `IsDomainPrefixedKey`: a label key with a prefix. */
export function validateDomainPrefixedKey(value: string, field: string): readonly FieldError[] {
  if (value === '') return [fieldError.required(field)];
  const errors = invalidEach(field, value, checkQualifiedName(value));
  if (errors.length > 0 || value.split('/').length === 2) return errors;
  return [fieldError.invalid(field, value, 'must be a domain-prefixed key (such as "acme.io/foo")')];
}
