import { RE2JS } from 're2js';
import { type FieldError, fieldError, formatFieldError } from '../field-error.ts';
import { compareText, isDeepEqual } from '../json/index.ts';
import { itemsOf, type JsonSchema } from './json-schema.ts';

type Level = 'root' | 'item' | 'field';

/**
 * Checks that a CRD's schema is structural: every field's type stands outside the logical junctors, so that pruning,
 * defaulting and server-side apply know the shape without looking at values. Sorted by text, as upstream does.
 * Kubernetes: `ValidateStructural`.
 */
export function validateStructuralSchema(schema: JsonSchema, path: string): readonly FieldError[] {
  const errors: FieldError[] = [];
  checkInvariants(schema, 'root', path, errors);
  checkCompleteness(schema, schema, path, path, errors);
  return errors.sort((a, b) => compareText(formatFieldError(a), formatFieldError(b)));
}

function checkInvariants(schema: JsonSchema, level: Level, path: string, errors: FieldError[]): void {
  const items = itemsOf(schema);
  if (schema.type === 'array' && schema.items === undefined) {
    errors.push(fieldError.required(`${path}.items`, 'must be specified'));
  }
  if (items !== undefined) checkInvariants(items, 'item', `${path}.items`, errors);
  for (const [name, child] of Object.entries(schema.properties ?? {})) {
    checkInvariants(child, 'field', `${path}.properties[${name}]`, errors);
  }
  checkAdditional(schema, level, path, errors);
  checkExtensions(schema, path, errors);
  checkJunctors(schema, path, errors, isIntOrString(schema.anyOf), isIntOrString(schema.allOf?.[0]?.anyOf));
  checkOwnType(schema, level, path, errors);
  if (level === 'root' || schema['x-kubernetes-embedded-resource'] === true) checkTypeMeta(schema, path, errors);
  if (level === 'root') checkRootMetadata(schema.properties?.['metadata'], path, errors);
}

function checkAdditional(schema: JsonSchema, level: Level, path: string, errors: FieldError[]): void {
  const { additionalProperties } = schema;
  if (additionalProperties === undefined) return;
  if (level === 'root') {
    errors.push(fieldError.forbidden(`${path}.additionalProperties`, 'must not be used at the root'));
  }
  if (typeof additionalProperties === 'object') {
    checkInvariants(additionalProperties, 'field', `${path}.additionalProperties`, errors);
  }
  if (schema['x-kubernetes-embedded-resource'] === true) {
    const detail = 'must not be used if x-kubernetes-embedded-resource is set';
    errors.push(fieldError.forbidden(`${path}.additionalProperties`, detail));
  }
}

function checkExtensions(schema: JsonSchema, path: string, errors: FieldError[]): void {
  if (schema['x-kubernetes-int-or-string'] !== true) return;
  for (const name of ['x-kubernetes-preserve-unknown-fields', 'x-kubernetes-embedded-resource'] as const) {
    if (schema[name] === true) {
      errors.push(fieldError.invalid(`${path}.${name}`, true, 'must be false if x-kubernetes-int-or-string is true'));
    }
  }
}

const emptyTypeDetails: Readonly<Record<Level, string>> = {
  root: 'must not be empty at the root',
  item: 'must not be empty for specified array items',
  field: 'must not be empty for specified object fields',
};

function checkOwnType(schema: JsonSchema, level: Level, path: string, errors: FieldError[]): void {
  const type = schema.type ?? '';
  const isEmbedded = schema['x-kubernetes-embedded-resource'] === true;
  const preserves = schema['x-kubernetes-preserve-unknown-fields'] === true;
  if (isEmbedded && type !== 'object') {
    const detail = 'must be object if x-kubernetes-embedded-resource is true';
    errors.push(
      type === '' ? fieldError.required(`${path}.type`, detail) : fieldError.invalid(`${path}.type`, type, detail),
    );
  } else if (type === '' && schema['x-kubernetes-int-or-string'] !== true && !preserves) {
    errors.push(fieldError.required(`${path}.type`, emptyTypeDetails[level]));
  }
  if (level === 'root' && type !== '' && type !== 'object') {
    errors.push(fieldError.invalid(`${path}.type`, type, 'must be object at the root'));
  }
  if (isEmbedded && !preserves && Object.keys(schema.properties ?? {}).length === 0) {
    const detail =
      'must not be empty if x-kubernetes-embedded-resource is true without x-kubernetes-preserve-unknown-fields';
    errors.push(fieldError.required(`${path}.properties`, detail));
  }
}

function checkTypeMeta(schema: JsonSchema, path: string, errors: FieldError[]): void {
  for (const [name, type] of [
    ['kind', 'string'],
    ['apiVersion', 'string'],
    ['metadata', 'object'],
  ] as const) {
    const property = schema.properties?.[name];
    if (property !== undefined && property.type !== type) {
      errors.push(fieldError.invalid(`${path}.properties[${name}].type`, property.type ?? '', `must be ${type}`));
    }
  }
}

/** Kubernetes: what a schema may say of metadata at the root: constraints of name and generateName. */
function checkRootMetadata(metadata: JsonSchema | undefined, path: string, errors: FieldError[]): void {
  if (metadata === undefined) return;
  const names = Object.keys(metadata.properties ?? {});
  const restrictsNamesOnly = names.every(name => name === 'name' || name === 'generateName');
  const others = Object.entries(metadata).filter(
    ([key, value]) => value !== undefined && !['type', 'properties', 'default', 'description'].includes(key),
  );
  if (restrictsNamesOnly && others.length === 0 && metadata.description === undefined) return;
  const detail = 'must not specify anything other than name and generateName, but metadata is implicitly specified';
  errors.push(fieldError.forbidden(`${path}.properties[metadata]`, detail));
}

function isIntOrString(anyOf: JsonSchema['anyOf']): boolean {
  return isDeepEqual(anyOf, [{ type: 'integer' }, { type: 'string' }]);
}

/** Inside junctors only constraints may stand; the two patterns of int-or-string are the exception. */
function checkJunctors(
  schema: JsonSchema,
  path: string,
  errors: FieldError[],
  skipsAnyOf: boolean,
  skipsFirstAllOf: boolean,
): void {
  for (const junctor of ['anyOf', 'allOf', 'oneOf'] as const) {
    if (junctor === 'anyOf' && skipsAnyOf) continue;
    for (const [index, child] of (schema[junctor] ?? []).entries()) {
      const skipsInner = junctor === 'allOf' && index === 0 && skipsFirstAllOf;
      checkNested(child, `${path}.${junctor}[${index}]`, errors, skipsInner);
    }
  }
  if (schema.not !== undefined) checkNested(schema.not, `${path}.not`, errors);
  checkPattern(schema.pattern, path, errors);
}

function checkPattern(pattern: string | undefined, path: string, errors: FieldError[]): void {
  if (pattern === undefined || pattern === '') return;
  try {
    RE2JS.compile(pattern);
  } catch (error) {
    const detail = `must be a valid regular expression, but isn't: ${(error as Error).message}`;
    errors.push(fieldError.invalid(`${path}.pattern`, pattern, detail));
  }
}

const forbiddenInside: readonly (readonly [keyof JsonSchema, string])[] = [
  ['type', 'must be empty to be structural'],
  ['additionalProperties', 'must be undefined to be structural'],
  ['default', 'must be undefined to be structural'],
  ['title', 'must be empty to be structural'],
  ['description', 'must be empty to be structural'],
  ['nullable', 'must be false to be structural'],
  ['x-kubernetes-preserve-unknown-fields', 'must be false to be structural'],
  ['x-kubernetes-embedded-resource', 'must be false to be structural'],
  ['x-kubernetes-int-or-string', 'must be false to be structural'],
  ['x-kubernetes-list-map-keys', 'must be empty to be structural'],
  ['x-kubernetes-list-type', 'must be undefined to be structural'],
  ['x-kubernetes-map-type', 'must be undefined to be structural'],
  ['x-kubernetes-validations', 'must be empty to be structural'],
];

function isZero(value: unknown): boolean {
  return value === undefined || value === '' || value === false || (Array.isArray(value) && value.length === 0);
}

function checkNested(schema: JsonSchema, path: string, errors: FieldError[], skipsAnyOf = false): void {
  checkJunctors(schema, path, errors, skipsAnyOf, false);
  const items = itemsOf(schema);
  if (items !== undefined) checkNested(items, `${path}.items`, errors);
  for (const [name, child] of Object.entries(schema.properties ?? {})) {
    checkNested(child, `${path}.properties[${name}]`, errors);
  }
  for (const [name, detail] of forbiddenInside) {
    if (!isZero(schema[name])) errors.push(fieldError.forbidden(`${path}.${name}`, detail));
  }
  if (schema.properties?.['metadata'] !== undefined) {
    errors.push(fieldError.forbidden(`${path}.properties[metadata]`, 'must not be specified in a nested context'));
  }
}

/** What a junctor constrains must be declared outside of it. */
function checkCompleteness(
  constraint: JsonSchema,
  declared: JsonSchema,
  declaredPath: string,
  path: string,
  errors: FieldError[],
): void {
  const nested: [JsonSchema, string][] = [];
  if (constraint.not !== undefined) nested.push([constraint.not, `${path}.not`]);
  for (const junctor of ['allOf', 'anyOf', 'oneOf'] as const) {
    for (const [index, child] of (constraint[junctor] ?? []).entries()) {
      nested.push([child, `${path}.${junctor}[${index}]`]);
    }
  }
  for (const [child, childPath] of nested) checkNestedCompleteness(child, declared, declaredPath, childPath, errors);
}

function checkNestedCompleteness(
  constraint: JsonSchema,
  declared: JsonSchema,
  declaredPath: string,
  path: string,
  errors: FieldError[],
): void {
  checkCompleteness(constraint, declared, declaredPath, path, errors);
  const items = itemsOf(constraint);
  const declaredItems = itemsOf(declared);
  if (items !== undefined && declaredItems === undefined) {
    errors.push(fieldError.required(`${declaredPath}.items`, `because it is defined in ${path}.items`));
  } else if (items !== undefined && declaredItems !== undefined) {
    checkNestedCompleteness(items, declaredItems, `${declaredPath}.items`, `${path}.items`, errors);
  }
  for (const [name, child] of Object.entries(constraint.properties ?? {})) {
    const target = declared.properties?.[name];
    const suffix = `.properties[${name}]`;
    if (target === undefined) {
      errors.push(fieldError.required(declaredPath + suffix, `because it is defined in ${path}${suffix}`));
    } else checkNestedCompleteness(child, target, declaredPath + suffix, path + suffix, errors);
  }
}
