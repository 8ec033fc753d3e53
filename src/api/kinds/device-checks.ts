import {
  checkCIdentifier,
  checkDns1123Label,
  checkDns1123Subdomain,
  checkLabelValue,
  fieldError,
  invalidEach,
  isJsonObject,
  utf8Length,
  validateLabelName,
} from '../../machinery/index.ts';
import type { DeviceTaint, DeviceToleration, OpaqueDeviceConfiguration } from '../generated/index.ts';
import type { Errors } from './pod-validation/index.ts';
import { checkDriverName } from './volume-validation.ts';

/** What claims and slices of devices check alike. Kubernetes: `pkg/apis/resource/validation`. */

const idBytesMax = 32;
const poolNameBytesMax = 253;
export const parametersBytesMax = 10 * 1024;

export function checkLabel(errors: Errors, name: string | undefined, field: string): void {
  errors.push(...invalidEach(field, name ?? '', checkDns1123Label(name ?? '')));
}

export function checkPoolName(errors: Errors, name: string | undefined, field: string): void {
  if ((name ?? '') === '') {
    errors.push(fieldError.required(field));
    return;
  }
  if (utf8Length(name!) > poolNameBytesMax) errors.push(fieldError.tooLong(field, poolNameBytesMax));
  for (const part of name!.split('/')) errors.push(...invalidEach(field, part, checkDns1123Subdomain(part)));
}

function checkIdentifier(errors: Errors, id: string, field: string): void {
  if (utf8Length(id) > idBytesMax) errors.push(fieldError.tooLong(field, idBytesMax));
  errors.push(...invalidEach(field, id, checkCIdentifier(id)));
}

/** `model` or `driver.example/model`; with more slashes upstream looks no further. */
export function checkQualifiedDeviceName(errors: Errors, name: string, field: string): void {
  const [domain = '', id = '', ...others] = name.split('/');
  if (others.length > 0) return;
  if (!name.includes('/')) {
    checkIdentifier(errors, name, field);
    return;
  }
  if (domain === '') errors.push(fieldError.invalid(field, '', 'the domain must not be empty'));
  else checkDriverName(errors, domain, field);
  if (id === '') errors.push(fieldError.invalid(field, '', 'the name must not be empty'));
  else checkIdentifier(errors, id, field);
}

export function checkFullyQualifiedDeviceName(errors: Errors, name: string, field: string): void {
  checkQualifiedDeviceName(errors, name, field);
  if (name.includes('/')) return;
  const detail = 'a fully qualified name must be a domain and a name separated by a slash';
  errors.push(fieldError.invalid(field, name, detail));
}

/** Kubernetes: `validateDeviceConfiguration`. */
export function checkConfiguration(
  errors: Errors,
  { opaque }: { readonly opaque?: OpaqueDeviceConfiguration | undefined },
  field: string,
): void {
  if (opaque === undefined) {
    errors.push(fieldError.required(`${field}.opaque`));
    return;
  }
  checkDriverName(errors, opaque.driver, `${field}.opaque.driver`);
  checkJsonObject(errors, opaque.parameters, `${field}.opaque.parameters`, parametersBytesMax);
}

/** Kubernetes: `validateRawExtension`. */
export function checkJsonObject(errors: Errors, value: unknown, field: string, bytesMax: number): void {
  if (value === undefined || value === null) errors.push(fieldError.required(field));
  else if (utf8Length(JSON.stringify(value)) > bytesMax) errors.push(fieldError.tooLong(field, bytesMax));
  else if (!isJsonObject(value)) {
    errors.push(fieldError.invalid(field, '<value omitted>', 'must be a valid JSON object'));
  }
}

const effects = ['NoExecute', 'NoSchedule', 'None'];

/** Kubernetes: `validateDeviceTaint`. */
export function checkDeviceTaint(errors: Errors, { key, value = '', effect = '' }: DeviceTaint, field: string): void {
  errors.push(...validateLabelName(key ?? '', `${field}.key`));
  if (value !== '') errors.push(...invalidEach(`${field}.value`, value, checkLabelValue(value)));
  if (effect === '') errors.push(fieldError.required(`${field}.effect`));
  else if (!effects.includes(effect)) errors.push(fieldError.notSupported(`${field}.effect`, effect, effects));
}

/** Kubernetes: `validateDeviceToleration`. */
export function checkDeviceToleration(errors: Errors, toleration: DeviceToleration, field: string): void {
  const { key = '', operator = '', value = '', effect = '' } = toleration;
  if (key !== '') errors.push(...validateLabelName(key, `${field}.key`));
  if (operator === 'Exists') {
    if (value !== '') errors.push(fieldError.invalid(`${field}.value`, value, 'must be empty for operator `Exists`'));
  } else if (operator === 'Equal') errors.push(...invalidEach(`${field}.value`, value, checkLabelValue(value)));
  else if (operator === '') errors.push(fieldError.required(`${field}.operator`));
  else errors.push(fieldError.notSupported(`${field}.operator`, operator, ['Equal', 'Exists']));
  if (effect !== '' && !effects.includes(effect)) {
    errors.push(fieldError.notSupported(`${field}.effect`, effect, effects));
  }
}

const bindingConditionsMax = 4;

interface Binding {
  readonly bindingConditions?: readonly string[] | undefined;
  readonly bindingFailureConditions?: readonly string[] | undefined;
}

/** Kubernetes: `validateDeviceBindingParameters`. */
export function checkBindingConditions(errors: Errors, binding: Binding, field: string): void {
  const { bindingConditions: good = [], bindingFailureConditions: bad = [] } = binding;
  const [goodField, badField] = [`${field}.bindingConditions`, `${field}.bindingFailureConditions`];
  checkList(errors, good, bindingConditionsMax, goodField, (name, at) => errors.push(...validateLabelName(name, at)));
  checkList(errors, bad, bindingConditionsMax, badField, (name, at) => errors.push(...validateLabelName(name, at)));
  checkUnique(errors, good, goodField, name => name);
  for (const [i, name] of bad.entries()) {
    if (bad.indexOf(name) < i) errors.push(fieldError.duplicate(`${badField}[${i}]`, name));
    if (good.includes(name)) {
      const detail = 'bindingFailureConditions must not overlap with bindingConditions';
      errors.push(fieldError.invalid(`${badField}[${i}]`, name, detail));
    }
  }
  if (good.length === 0 && bad.length > 0) {
    const detail = 'bindingConditions are required to use bindingFailureConditions';
    errors.push(fieldError.invalid(goodField, binding.bindingConditions ?? null, detail));
  }
  if (bad.length === 0 && good.length > 0) {
    const detail = 'bindingFailureConditions are required to use bindingConditions';
    errors.push(fieldError.invalid(badField, binding.bindingFailureConditions ?? null, detail));
  }
}

/** Looks at each item of a list that is not too long. Says whether it did. */
export function checkList<T>(
  errors: Errors,
  items: readonly T[],
  max: number,
  field: string,
  check: (item: T, field: string) => void,
): boolean {
  if (items.length > max) {
    errors.push(fieldError.tooMany(field, items.length, max));
    return false;
  }
  for (const [i, item] of items.entries()) check(item, `${field}[${i}]`);
  return true;
}

export function checkUnique<T>(errors: Errors, items: readonly T[], field: string, keyOf: (item: T) => string): void {
  const seen = new Set<string>();
  for (const [i, item] of items.entries()) {
    const key = keyOf(item);
    if (seen.has(key)) errors.push(fieldError.duplicate(`${field}[${i}]`, key));
    seen.add(key);
  }
}

/** A list without duplicates, each item of which is looked at. Kubernetes: `validateSet`. */
export function checkSet<T>(
  errors: Errors,
  items: readonly T[],
  max: number,
  field: string,
  keyOf: (item: T) => string,
  check: (item: T, field: string) => void,
): void {
  if (checkList(errors, items, max, field, check)) checkUnique(errors, items, field, keyOf);
}
