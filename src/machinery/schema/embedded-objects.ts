import { type FieldError, fieldError } from '../field-error.ts';
import { isJsonObject } from '../json/index.ts';
import { nameChecks, validateObjectMeta } from '../names/index.ts';
import type { ObjectMeta } from '../object.ts';
import { itemsOf, type JsonSchema } from './json-schema.ts';

/**
 * Checks the objects inside a custom resource that are Kubernetes objects themselves: their type and their metadata.
 * With `isRoot`, the value itself is one. Kubernetes: `objectmeta.Validate`.
 */
export function validateEmbeddedObjects(
  schema: JsonSchema,
  value: unknown,
  path = '',
  isRoot = false,
): readonly FieldError[] {
  const errors: FieldError[] = [];
  if (isRoot || embedsObjects(schema)) visit(schema, value, path, isRoot, errors);
  return errors;
}

const known = new WeakMap<JsonSchema, boolean>();

/** Most schemas have no such objects, and then nothing is walked. */
function embedsObjects(schema: JsonSchema): boolean {
  let embeds = known.get(schema);
  if (embeds === undefined) {
    embeds = schema['x-kubernetes-embedded-resource'] === true || childrenOf(schema).some(embedsObjects);
    known.set(schema, embeds);
  }
  return embeds;
}

function childrenOf(schema: JsonSchema): readonly JsonSchema[] {
  const items = itemsOf(schema);
  return [
    ...Object.values(schema.properties ?? {}),
    ...(typeof schema.additionalProperties === 'object' ? [schema.additionalProperties] : []),
    ...(items === undefined ? [] : [items]),
  ];
}

function visit(schema: JsonSchema, value: unknown, path: string, isRoot: boolean, errors: FieldError[]): void {
  if (Array.isArray(value)) {
    const items = itemsOf(schema);
    if (items === undefined) return;
    for (const [index, item] of value.entries()) visit(items, item, `${path}[${index}]`, false, errors);
  } else if (isJsonObject(value)) {
    if (isRoot || schema['x-kubernetes-embedded-resource'] === true) checkObject(value, path, errors);
    for (const key in value) {
      const property = Object.hasOwn(schema.properties ?? {}, key) ? schema.properties![key] : undefined;
      if (property !== undefined) visit(property, value[key], join(path, key), false, errors);
      else if (typeof schema.additionalProperties === 'object') {
        visit(schema.additionalProperties, value[key], `${path}[${key}]`, false, errors);
      }
    }
  }
}

function checkObject(object: Readonly<Record<string, unknown>>, path: string, errors: FieldError[]): void {
  const { apiVersion, kind, metadata } = object;
  checkText(apiVersion, join(path, 'apiVersion'), checkApiVersion, errors);
  checkText(kind, join(path, 'kind'), checkKind, errors);
  if (!isJsonObject(metadata)) return;
  const meta = { ...metadata, name: metadata['name'] || 'fakename' } as ObjectMeta;
  const field = join(path, 'metadata');
  const namespaced = Boolean(meta.namespace);
  errors.push(...validateObjectMeta(meta, { namespaced, validateName: nameChecks.pathSegment, field }));
}

function checkText(
  value: unknown,
  field: string,
  check: (text: string) => string | undefined,
  errors: FieldError[],
): void {
  if (value === undefined) errors.push(fieldError.required(field));
  else if (typeof value !== 'string') errors.push(fieldError.invalid(field, value, 'must be a string'));
  else {
    const problem = value === '' ? 'must not be empty' : check(value);
    if (problem !== undefined) errors.push(fieldError.invalid(field, value, problem));
  }
}

function checkApiVersion(text: string): string | undefined {
  return text.split('/').length > 2 ? `unexpected GroupVersion string: ${text}` : undefined;
}

function checkKind(text: string): string | undefined {
  const problems = nameChecks.dns1035Label(text.toLowerCase(), false);
  if (problems.length === 0) return undefined;
  return `may have mixed case, but should otherwise match: ${problems.join(',')}`;
}

function join(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`;
}
