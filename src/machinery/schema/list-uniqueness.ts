import { type FieldError, fieldError } from '../field-error.ts';
import { compareText, isJsonObject, type JsonObject } from '../json/index.ts';
import type { ListSchema, Schema } from './schema.ts';

/**
 * Refuses repeated items in lists of type `set` and repeated keys in those of type `map`.
 * Kubernetes: `ValidateListSetsAndMaps`.
 */
export function validateListUniqueness(schema: Schema, value: unknown, path = ''): readonly FieldError[] {
  const errors: FieldError[] = [];
  visit(schema, value, path, errors);
  return errors;
}

function visit(schema: Schema, value: unknown, path: string, errors: FieldError[]): void {
  if (schema.type === 'list' && Array.isArray(value)) {
    checkList(schema, value, path, errors);
    for (const [index, item] of value.entries()) visit(schema.items, item, `${path}[${index}]`, errors);
  } else if (schema.type === 'map' && isJsonObject(value)) {
    for (const key in value) visit(schema.values, value[key], `${path}[${key}]`, errors);
  } else if (schema.type === 'object' && isJsonObject(value)) {
    for (const key in value) {
      const child = schema.fields.get(key)?.schema ?? schema.additional;
      if (child !== undefined) visit(child, value[key], path === '' ? key : `${path}.${key}`, errors);
    }
  }
}

function checkList(schema: ListSchema, list: readonly unknown[], path: string, errors: FieldError[]): void {
  if (schema.listType === 'set') {
    for (const index of findRepeated(list)) errors.push(fieldError.duplicate(`${path}[${index}]`, list[index]));
    return;
  }
  if (schema.listType !== 'map') return;
  const wrong = list.findIndex(item => item !== null && !isJsonObject(item));
  if (wrong >= 0) {
    const detail = 'must be an object for an array of list-type map';
    errors.push(fieldError.invalid(`${path}[${wrong}]`, list[wrong], detail));
    return;
  }
  const keys = list.map(item => keyOf(item as JsonObject | null, schema.keys ?? []));
  for (const index of findRepeated(keys)) errors.push(fieldError.duplicate(`${path}[${index}]`, keys[index]));
}

function keyOf(item: JsonObject | null, names: readonly string[]): JsonObject {
  const key: Record<string, unknown> = {};
  for (const name of names) if (item?.[name] !== undefined) key[name] = item[name];
  return key;
}

/** The second occurrence of each repeated item: upstream names each repetition once. */
function findRepeated(list: readonly unknown[]): readonly number[] {
  if (list.length < 2) return [];
  const seen = new Map<string, number>();
  const repeated: number[] = [];
  list.forEach((item, index) => {
    const text = canonicalText(item);
    const times = seen.get(text) ?? 0;
    seen.set(text, times + 1);
    if (times === 1) repeated.push(index);
  });
  return repeated;
}

function canonicalText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalText).join(',')}]`;
  if (!isJsonObject(value)) return JSON.stringify(value) ?? 'null';
  const fields = Object.keys(value)
    .filter(key => value[key] !== undefined)
    .sort(compareText);
  return `{${fields.map(key => `${JSON.stringify(key)}:${canonicalText(value[key])}`).join(',')}}`;
}
