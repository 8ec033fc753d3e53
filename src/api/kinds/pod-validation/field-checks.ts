import {
  checkDns1123Label,
  checkDns1123Subdomain,
  checkPortName,
  checkPortNumber,
  type FieldError,
  fieldError,
  type IntOrString,
  invalidEach,
} from '../../../machinery/index.ts';

/** Checks that many fields of pods share. Each adds what is wrong to `errors`. */
export type Errors = FieldError[];

/** A required choice of one of some values. */
export function checkChoice(
  errors: Errors,
  field: string,
  value: string | undefined,
  supported: readonly string[],
): void {
  if ((value ?? '') === '') errors.push(fieldError.required(field));
  else if (!supported.includes(value!)) errors.push(fieldError.notSupported(field, value, supported));
}

/** A required name that is a DNS label. */
export function checkLabelField(errors: Errors, field: string, value: string | undefined): void {
  if ((value ?? '') === '') errors.push(fieldError.required(field));
  else errors.push(...invalidEach(field, value, checkDns1123Label(value!)));
}

export function checkSubdomainField(errors: Errors, field: string, value: string): void {
  errors.push(...invalidEach(field, value, checkDns1123Subdomain(value)));
}

/** Kubernetes: `ValidatePortNumOrName`. */
export function checkPort(errors: Errors, field: string, port: IntOrString | undefined): void {
  const value = port ?? 0;
  errors.push(...invalidEach(field, value, typeof value === 'number' ? checkPortNumber(value) : checkPortName(value)));
}

export function checkNonnegative(errors: Errors, field: string, value: number | undefined): void {
  if (value !== undefined && value < 0)
    errors.push(fieldError.invalid(field, value, 'must be greater than or equal to 0'));
}

/** File modes are octal; JSON writes them in decimal. */
export function checkFileMode(errors: Errors, field: string, mode: number | undefined): void {
  if (mode === undefined || (mode >= 0 && mode <= 0o777)) return;
  const detail = 'must be a number between 0 and 0777 (octal), both inclusive';
  errors.push(fieldError.invalid(field, mode, detail));
}

/** Kubernetes: `validatePathNoBacksteps`. */
export function checkNoBacksteps(errors: Errors, field: string, path: string): void {
  if (path.split('/').includes('..')) errors.push(fieldError.invalid(field, path, "must not contain '..'"));
}

/** Kubernetes: `validateLocalDescendingPath`. */
export function checkDescendingPath(errors: Errors, field: string, path: string): void {
  if (path.startsWith('/')) errors.push(fieldError.invalid(field, path, 'must be a relative path'));
  checkNoBacksteps(errors, field, path);
}

/** Kubernetes: `ValidateLocalNonReservedPath`. */
export function checkNonReservedPath(errors: Errors, field: string, path: string): void {
  checkDescendingPath(errors, field, path);
  if (path.startsWith('..') && !path.startsWith('../')) {
    errors.push(fieldError.invalid(field, path, "must not start with '..'"));
  }
}
