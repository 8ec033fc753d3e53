import { RE2JS } from 're2js';
import { type FieldError, fieldError } from '../field-error.ts';
import { isDeepEqual, isJsonObject } from '../json/index.ts';
import { itemsOf, type JsonSchema } from './json-schema.ts';
import { typeNameOf } from './structure-problem.ts';
import { hasFormat } from './value-format.ts';

/** What one schema finds in one value. */
interface Findings {
  readonly errors: FieldError[];
  /** How many checks were made: among failed alternatives, upstream shows the errors of the one that got furthest. */
  checks: number;
}

/** `old` is the value that is being replaced, where there is one to compare with. */
type Check = (value: unknown, path: string, findings: Findings, old?: unknown) => void;

const compiled = new WeakMap<JsonSchema, Check>();

/**
 * Checks a CustomResource against its schema as written: types, required fields, value constraints, formats and logical
 * junctors, with upstream's messages. Comes after pruning and defaulting. Kubernetes: `ValidateCustomResource`.
 *
 * With the object that an update replaces, parts which the update does not touch are not judged again, so that a schema
 * may become stricter (Kubernetes: ratcheting).
 */
export function validateValue(schema: JsonSchema, value: unknown, old?: unknown): readonly FieldError[] {
  const findings: Findings = { errors: [], checks: 0 };
  checkOf(schema)(value, '', findings, old);
  return findings.errors;
}

function isUntouched(value: unknown, old: unknown): boolean {
  return old !== undefined && isDeepEqual(value, old);
}

function checkOf(schema: JsonSchema): Check {
  let check = compiled.get(schema);
  if (check === undefined) {
    check = compile(schema);
    compiled.set(schema, check);
  }
  return check;
}

/** The checks that apply to the value's type run in upstream's order. */
function compile(schema: JsonSchema): Check {
  const junctors = compileJunctors(schema);
  const strings = compileString(schema);
  const numbers = compileNumber(schema);
  const lists = compileList(schema);
  const objects = compileObject(schema);
  return (value, path, findings, old) => {
    const isRightType = checkType(schema, value, path, findings);
    if (value === null || value === undefined) {
      if (schema.enum !== undefined && schema.nullable !== true) checkEnum(schema, value, path, findings);
      return;
    }
    junctors?.(value, path, findings);
    if (typeof value === 'string') strings?.(value, path, findings);
    else if (typeof value === 'number') numbers?.(value, path, findings);
    else if (Array.isArray(value)) lists?.(value, path, findings, old);
    if (schema.enum !== undefined) checkEnum(schema, value, path, findings);
    if (isRightType && typeof value === 'object' && !Array.isArray(value)) objects?.(value, path, findings, old);
    findings.checks++;
  };
}

function checkType(schema: JsonSchema, value: unknown, path: string, findings: Findings): boolean {
  findings.checks++;
  // Differs from Kubernetes: `x-kubernetes-int-or-string` alone is enforced; upstream trusts the schema to say anyOf.
  const isIntOrString = schema['x-kubernetes-int-or-string'] === true;
  const expected = schema.type ?? (isIntOrString ? 'integer,string' : undefined);
  if (expected === undefined || hasType(expected, isIntOrString, value, schema.nullable === true)) return true;
  const actual = typeNameOf(value);
  const detail = `${path} in body must be of type ${expected}: ${JSON.stringify(actual)}`;
  findings.errors.push(fieldError.typeInvalid(path, actual, detail));
  return false;
}

function hasType(expected: string, isIntOrString: boolean, value: unknown, isNullable: boolean): boolean {
  if (value === null || value === undefined) return isNullable;
  const actual = typeNameOf(value);
  if (isIntOrString) return actual === 'integer' || actual === 'string';
  return actual === expected || (expected === 'number' && actual === 'integer');
}

function checkEnum(schema: JsonSchema, value: unknown, path: string, findings: Findings): void {
  findings.checks++;
  if (schema.enum?.some(allowed => isDeepEqual(allowed, value)) === true) return;
  // Kubernetes: in the schema's order, each value quoted, whatever its type.
  const texts = (schema.enum ?? []).map(allowed => (typeof allowed === 'string' ? allowed : JSON.stringify(allowed)));
  const detail = `supported values: ${texts.map(text => JSON.stringify(text)).join(', ')}`;
  findings.errors.push({ reason: 'FieldValueNotSupported', field: path, value, detail });
}

function countCodePoints(text: string): number {
  let count = 0;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code >= 0xd800 && code < 0xdc00 && index + 1 < text.length) index++;
    count++;
  }
  return count;
}

/** Kubernetes: of length and pattern only the first failure is told. */
function compileString(schema: JsonSchema): Check | undefined {
  const { maxLength, minLength, pattern, format } = schema;
  if (maxLength === undefined && minLength === undefined && pattern === undefined && format === undefined) {
    return undefined;
  }
  const expression = pattern === undefined || pattern === '' ? undefined : RE2JS.compile(pattern);
  return (value, path, findings) => {
    findings.checks++;
    const text = value as string;
    if (maxLength !== undefined && text.length > maxLength && countCodePoints(text) > maxLength) {
      findings.errors.push(fieldError.tooLong(path, maxLength));
    } else if (minLength !== undefined && countCodePoints(text) < minLength) {
      const detail = `${path} in body should be at least ${minLength} chars long`;
      findings.errors.push(fieldError.invalid(path, text, detail));
    } else if (expression !== undefined && !expression.test(text)) {
      findings.errors.push(fieldError.invalid(path, text, `${path} in body should match '${pattern}'`));
    }
    if (format !== undefined && (schema.type === undefined || schema.type === 'string') && !hasFormat(format, text)) {
      const detail = `${path} in body must be of type ${format}: ${JSON.stringify(text)}`;
      findings.errors.push(fieldError.typeInvalid(path, text, detail));
    }
  };
}

function isMultiple(value: number, factor: number): boolean {
  return Number.isInteger(factor < 1 ? (1 / factor) * value : value / factor);
}

const numberFormats: Readonly<Record<string, { type: string; fits: (value: number) => boolean }>> = {
  int32: { type: 'integer', fits: value => value >= -2147483648 && value <= 2147483647 },
  int64: { type: 'integer', fits: value => value >= -(2 ** 63) && value <= 2 ** 63 },
  float: { type: 'number', fits: value => Number.isFinite(Math.fround(value)) },
};

function compileNumber(schema: JsonSchema): Check | undefined {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf, format } = schema;
  const range = format === undefined ? undefined : numberFormats[format];
  const enforced = range?.type === schema.type ? range : undefined;
  if (minimum === undefined && maximum === undefined && multipleOf === undefined && enforced === undefined) {
    return undefined;
  }
  const tell = (path: string, value: number, text: string, findings: Findings): void => {
    findings.errors.push(fieldError.invalid(path, value, `${path} in body should be ${text}`));
  };
  return (input, path, findings) => {
    const value = input as number;
    findings.checks++;
    if (enforced !== undefined && Number.isInteger(value) && !enforced.fits(value)) {
      const detail = `Checked value must be of type ${enforced.type} with format ${format} in ${path}`;
      findings.errors.push(fieldError.invalid('<nil>', '', detail));
    }
    if (multipleOf !== undefined && !isMultiple(value, multipleOf)) {
      tell(path, value, `a multiple of ${multipleOf}`, findings);
    }
    if (minimum !== undefined && (exclusiveMinimum === true ? value <= minimum : value < minimum)) {
      tell(path, value, `greater than ${exclusiveMinimum === true ? '' : 'or equal to '}${minimum}`, findings);
    }
    if (maximum !== undefined && (exclusiveMaximum === true ? value >= maximum : value > maximum)) {
      tell(path, value, `less than ${exclusiveMaximum === true ? '' : 'or equal to '}${maximum}`, findings);
    }
  };
}

function hasDuplicates(list: readonly unknown[]): boolean {
  return list.some((item, index) => list.slice(0, index).some(earlier => isDeepEqual(earlier, item)));
}

/** Kubernetes: only items of lists with keys can be told from each other. */
function matchOldItems(schema: JsonSchema, old: unknown): ((item: unknown) => unknown) | undefined {
  if (schema['x-kubernetes-list-type'] !== 'map' || !Array.isArray(old)) return undefined;
  const keys = schema['x-kubernetes-list-map-keys'] ?? [];
  const keyOf = (item: unknown): string =>
    JSON.stringify(keys.map(name => (isJsonObject(item) ? (item[name] ?? null) : null)));
  const byKey = new Map(old.map(item => [keyOf(item), item as unknown]));
  return item => byKey.get(keyOf(item));
}

function compileList(schema: JsonSchema): Check | undefined {
  const items = itemsOf(schema);
  const { minItems, maxItems, uniqueItems } = schema;
  const checkItem = items === undefined ? undefined : checkOf(items);
  return (value, path, findings, old) => {
    const list = value as readonly unknown[];
    if (checkItem !== undefined) {
      const find = matchOldItems(schema, old);
      for (const [index, item] of list.entries()) {
        const before = find?.(item);
        if (!isUntouched(item, before)) checkItem(item, `${path}[${index}]`, findings, before);
      }
    }
    if (minItems !== undefined && list.length < minItems) {
      const detail = `${path} in body should have at least ${minItems} items`;
      findings.errors.push(fieldError.invalid(path, list.length, detail));
    }
    if (maxItems !== undefined && list.length > maxItems) {
      findings.errors.push(fieldError.tooMany(path, list.length, maxItems));
    }
    if (uniqueItems === true && hasDuplicates(list)) {
      findings.errors.push(fieldError.invalid(path, '', `${path} in body shouldn't contain duplicates`));
    }
    findings.checks++;
  };
}

function joinPath(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`;
}

function compileObject(schema: JsonSchema): Check | undefined {
  const properties = Object.entries(schema.properties ?? {}).map(([name, child]) => [name, checkOf(child)] as const);
  const known = schema.properties ?? {};
  const { additionalProperties, minProperties, maxProperties, required } = schema;
  const additional = typeof additionalProperties === 'object' ? checkOf(additionalProperties) : undefined;
  return (value, path, findings, old) => {
    const object = value as Readonly<Record<string, unknown>>;
    const before = isJsonObject(old) ? old : undefined;
    if (minProperties !== undefined || maxProperties !== undefined) {
      checkSize(Object.keys(object).length, minProperties, maxProperties, path, findings);
    }
    if (additional !== undefined) {
      for (const key in object) {
        if (Object.hasOwn(known, key) || isUntouched(object[key], before?.[key])) continue;
        additional(object[key], joinPath(path, key), findings, before?.[key]);
      }
    } else if (additionalProperties === false) {
      for (const key in object) if (!Object.hasOwn(known, key)) forbid(key, path, findings);
    }
    for (const [name, check] of properties) {
      if (object[name] === undefined || isUntouched(object[name], before?.[name])) continue;
      check(object[name], joinPath(path, name), findings, before?.[name]);
    }
    for (const name of required ?? []) {
      if (object[name] === undefined) findings.errors.push(fieldError.required(joinPath(path, name)));
    }
  };
}

function checkSize(
  size: number,
  min: number | undefined,
  max: number | undefined,
  path: string,
  findings: Findings,
): void {
  if (min !== undefined && size < min) {
    findings.errors.push(fieldError.invalid(path, size, `${path} in body should have at least ${min} properties`));
  }
  if (max !== undefined && size > max) findings.errors.push(fieldError.tooMany(path, size, max));
}

function forbid(key: string, path: string, findings: Findings): void {
  const detail = `${path}.${key} in body is a forbidden property`;
  findings.errors.push(fieldError.invalid(joinPath(path, key), '', detail));
}

/** Kubernetes: errors of junctors stand at no field; upstream prints the absent path as `<nil>`. */
function tellJunctor(path: string, text: string, findings: Findings): void {
  findings.errors.push(fieldError.invalid('<nil>', '', `${JSON.stringify(path)} ${text}`));
}

function compileJunctors(schema: JsonSchema): Check | undefined {
  const { allOf, anyOf, oneOf, not } = schema;
  if (allOf === undefined && anyOf === undefined && oneOf === undefined && not === undefined) return undefined;
  const any = anyOf?.map(checkOf);
  const one = oneOf?.map(checkOf);
  const all = allOf?.map(checkOf);
  const never = not === undefined ? undefined : checkOf(not);
  return (value, path, findings) => {
    if (any !== undefined && any.length > 0) checkAnyOf(any, value, path, findings);
    if (one !== undefined && one.length > 0) checkOneOf(one, value, path, findings);
    if (all !== undefined && all.length > 0) checkAllOf(all, value, path, findings);
    if (never !== undefined && run(never, value, path).errors.length === 0) {
      tellJunctor(path, 'must not validate the schema (not)', findings);
    }
  };
}

function run(check: Check, value: unknown, path: string): Findings {
  const findings: Findings = { errors: [], checks: 0 };
  check(value, path, findings);
  return findings;
}

function isValid(findings: Findings): boolean {
  return findings.errors.length === 0;
}

/** Of the failed alternatives, the first of those that made most checks. */
function furthest(results: readonly Findings[]): Findings {
  return results.reduce((best, result) => (result.checks > best.checks ? result : best));
}

function checkAnyOf(checks: readonly Check[], value: unknown, path: string, findings: Findings): void {
  const results: Findings[] = [];
  for (const check of checks) {
    const result = run(check, value, path);
    if (isValid(result)) return;
    results.push(result);
  }
  tellJunctor(path, 'must validate at least one schema (anyOf)', findings);
  findings.errors.push(...furthest(results).errors);
}

function checkOneOf(checks: readonly Check[], value: unknown, path: string, findings: Findings): void {
  const results = checks.map(check => run(check, value, path));
  const valid = results.filter(isValid).length;
  if (valid === 1) return;
  const found = valid === 0 ? 'Found none valid' : `Found ${valid} valid alternatives`;
  tellJunctor(path, `must validate one and only one schema (oneOf). ${found}`, findings);
  if (valid === 0) findings.errors.push(...furthest(results).errors);
}

function checkAllOf(checks: readonly Check[], value: unknown, path: string, findings: Findings): void {
  const results = checks.map(check => run(check, value, path));
  for (const result of results) findings.errors.push(...result.errors);
  const valid = results.filter(isValid).length;
  if (valid < checks.length) {
    tellJunctor(path, `must validate all the schemas (allOf)${valid === 0 ? '. None validated' : ''}`, findings);
  }
}
