import { quoteGo } from './json/index.ts';

/**
 * What is wrong with one field of an object. Kubernetes: `k8s.io/apimachinery/pkg/util/validation/field`.
 * `reason` is the cause's reason in a Status; `format` gives upstream's texts.
 */
export type FieldErrorReason =
  | 'FieldValueNotFound'
  | 'FieldValueRequired'
  | 'FieldValueDuplicate'
  | 'FieldValueInvalid'
  | 'FieldValueNotSupported'
  | 'FieldValueForbidden'
  | 'FieldValueTooLong'
  | 'FieldValueTooMany'
  | 'FieldValueTypeInvalid'
  | 'InternalError';

export interface FieldError {
  readonly reason: FieldErrorReason;
  /** `spec.containers[0].image`; map keys stand in brackets: `metadata.labels[a]`. Empty for the object itself. */
  readonly field: string;
  /** The bad value; printed as upstream prints it. Absent where upstream leaves it out (required, forbidden). */
  readonly value?: unknown;
  readonly detail: string;
}

const titles: Readonly<Record<FieldErrorReason, string>> = {
  FieldValueNotFound: 'Not found',
  FieldValueRequired: 'Required value',
  FieldValueDuplicate: 'Duplicate value',
  FieldValueInvalid: 'Invalid value',
  FieldValueNotSupported: 'Unsupported value',
  FieldValueForbidden: 'Forbidden',
  FieldValueTooLong: 'Too long',
  FieldValueTooMany: 'Too many',
  FieldValueTypeInvalid: 'Invalid value',
  InternalError: 'Internal error',
};

const withoutValue: ReadonlySet<FieldErrorReason> = new Set([
  'FieldValueRequired',
  'FieldValueForbidden',
  'FieldValueTooLong',
  'InternalError',
] satisfies FieldErrorReason[]);

/** The text without the field's path, as it stands in a Status cause's message. */
export function formatFieldErrorBody(error: FieldError): string {
  const title = titles[error.reason];
  const hasNoValue = withoutValue.has(error.reason) || !('value' in error);
  const head = hasNoValue ? title : `${title}: ${formatValue(error.value)}`;
  return error.detail === '' ? head : `${head}: ${error.detail}`;
}

/** The whole text: `spec.replicas: Invalid value: -1: must be greater than or equal to 0`. */
export function formatFieldError(error: FieldError): string {
  return error.field === '' ? formatFieldErrorBody(error) : `${error.field}: ${formatFieldErrorBody(error)}`;
}

/** Several of them as one text. */
export function formatFieldErrors(errors: readonly FieldError[]): string {
  return formatAggregate(errors.map(formatFieldError));
}

/** How Kubernetes tells of several errors at once: one alone, more as `[a, b]`, none twice. Upstream: `Aggregate`. */
export function formatAggregate(texts: readonly string[]): string {
  const distinct = [...new Set(texts)];
  return distinct.length === 1 ? distinct[0]! : `[${distinct.join(', ')}]`;
}

function formatValue(value: unknown): string {
  if (value === undefined || value === null) return 'null';
  if (typeof value === 'string') return quoteGo(value);
  // Go's JSON keeps clear of what HTML would take for its own.
  if (typeof value === 'object') return JSON.stringify(value).replace(/[<>&\u2028\u2029]/g, escapeUnit);
  return typeof value === 'number' && !Number.isInteger(value) ? formatFloat(value) : String(value);
}

/** Go's `%v`: with an exponent from a million on. */
function formatFloat(value: number): string {
  const [digits = '', exponent = ''] = value.toExponential().split('e');
  const power = Number(exponent);
  if (power >= -4 && power < 6) return String(value);
  return `${digits}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`;
}

function escapeUnit(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/** Builders, named as upstream's, so that validation code reads the same. Supported values stay in their order. */
export const fieldError = {
  notFound: (field: string, value: unknown): FieldError => ({ reason: 'FieldValueNotFound', field, value, detail: '' }),
  required: (field: string, detail = ''): FieldError => ({ reason: 'FieldValueRequired', field, detail }),
  duplicate: (field: string, value: unknown): FieldError => ({
    reason: 'FieldValueDuplicate',
    field,
    value,
    detail: '',
  }),
  invalid: (field: string, value: unknown, detail: string): FieldError => ({
    reason: 'FieldValueInvalid',
    field,
    value,
    detail,
  }),
  notSupported: (field: string, value: unknown, supported: readonly string[]): FieldError => ({
    reason: 'FieldValueNotSupported',
    field,
    value,
    detail: supported.length === 0 ? '' : `supported values: ${supported.map(quoteGo).join(', ')}`,
  }),
  forbidden: (field: string, detail: string): FieldError => ({ reason: 'FieldValueForbidden', field, detail }),
  tooLong: (field: string, maxLength: number): FieldError => ({
    reason: 'FieldValueTooLong',
    field,
    detail: `may not be more than ${maxLength} ${maxLength === 1 ? 'byte' : 'bytes'}`,
  }),
  tooMany: (field: string, actual: number, max: number): FieldError => ({
    reason: 'FieldValueTooMany',
    field,
    detail: `must have at most ${max} ${max === 1 ? 'item' : 'items'}`,
    value: actual,
  }),
  typeInvalid: (field: string, value: unknown, detail: string): FieldError => ({
    reason: 'FieldValueTypeInvalid',
    field,
    value,
    detail,
  }),
  internal: (field: string, detail: string): FieldError => ({ reason: 'InternalError', field, detail }),
};
