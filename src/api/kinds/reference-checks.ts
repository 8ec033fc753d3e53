import { checkDns1123Subdomain, checkPathSegmentName, fieldError, invalidEach } from '../../machinery/index.ts';
import type { Errors } from './pod-validation/index.ts';

/** A name that becomes part of a URL. */
export function checkRequiredName(errors: Errors, field: string, value: string | undefined): void {
  if ((value ?? '') === '') errors.push(fieldError.required(field));
  else errors.push(...invalidEach(field, value, checkPathSegmentName(value!)));
}

/** Group, kind and name of another object. */
export function checkReference(
  errors: Errors,
  field: string,
  reference: {
    readonly apiGroup?: string | undefined;
    readonly kind?: string | undefined;
    readonly name?: string | undefined;
  },
): void {
  const { apiGroup, kind, name } = reference;
  if (apiGroup !== undefined) {
    errors.push(...invalidEach(`${field}.apiGroup`, apiGroup, checkDns1123Subdomain(apiGroup)));
  }
  checkRequiredName(errors, `${field}.kind`, kind);
  checkRequiredName(errors, `${field}.name`, name);
}
