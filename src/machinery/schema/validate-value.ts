import { type FieldError, fieldError } from '../field-error.ts';
import { isDeepEqual, isJsonObject, ownField } from '../json/index.ts';
import { itemsOf, type JsonSchema } from './json-schema.ts';
import { compileJunctors } from './logical-junctors.ts';
import { compileNumber, compileString, isInt64 } from './scalar-constraints.ts';
import { typeNameOf } from './structure-problem.ts';
import type { Check, Findings } from './value-check.ts';

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
  const junctors = compileJunctors(schema, checkOf);
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
  // Kubernetes: an integer's format is told instead of its type, with Go's name of the other.
  const isFormatted = typeof value === 'number' && (schema.format === 'int32' || schema.format === 'int64');
  const actual = isFormatted ? 'float64' : typeOf(value);
  const wanted = isFormatted ? schema.format : expected;
  const detail = `${path} in body must be of type ${wanted}: ${JSON.stringify(actual)}`;
  findings.errors.push(fieldError.typeInvalid(path, actual, detail));
  return false;
}

function typeOf(value: unknown): string {
  return typeof value === 'number' && !isInt64(value) ? 'number' : typeNameOf(value);
}

function hasType(expected: string, isIntOrString: boolean, value: unknown, isNullable: boolean): boolean {
  if (value === null || value === undefined) return isNullable;
  const actual = typeOf(value);
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
        const previous = before && ownField(before, key);
        if (Object.hasOwn(known, key) || isUntouched(object[key], previous)) continue;
        additional(object[key], joinPath(path, key), findings, previous);
      }
    } else if (additionalProperties === false) {
      for (const key in object) if (!Object.hasOwn(known, key)) forbid(key, path, findings);
    }
    for (const [name, check] of properties) {
      const [now, previous] = [ownField(object, name), before && ownField(before, name)];
      if (now === undefined || isUntouched(now, previous)) continue;
      check(now, joinPath(path, name), findings, previous);
    }
    for (const name of required ?? []) {
      if (ownField(object, name) === undefined) findings.errors.push(fieldError.required(joinPath(path, name)));
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
