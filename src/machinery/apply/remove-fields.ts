import { isJsonObject, type JsonObject, setField } from '../json/index.ts';
import type { ListSchema, MapSchema, ObjectSchema, Schema } from '../schema/schema.ts';
import { type FieldSet, isMember } from './field-set.ts';
import { childSchema, elementOf, isGranularList, isGranularObject, shapeOf } from './shape.ts';

/**
 * The value without the paths of a set. A container from which everything was removed stays, empty, unless its own path
 * is in the set. Kubernetes: structured-merge-diff's `RemoveItems`.
 */
export function removeFields(schema: Schema, value: unknown, paths: FieldSet): unknown {
  const shape = shapeOf(schema, value);
  if (isGranularObject(shape) && isJsonObject(value)) return removeFromObject(shape, value, paths);
  if (isGranularList(shape) && Array.isArray(value)) return removeFromList(shape, value, paths);
  return value;
}

function removeFromObject(schema: ObjectSchema | MapSchema, value: JsonObject, paths: FieldSet): JsonObject {
  const kept: Record<string, unknown> = {};
  for (const key in value) {
    const node = paths[`f:${key}`];
    if (node === undefined) setField(kept, key, value[key]);
    else if (!isMember(node)) setField(kept, key, removeFields(childSchema(schema, key), value[key], node));
  }
  return kept;
}

function removeFromList(schema: ListSchema, items: readonly unknown[], paths: FieldSet): readonly unknown[] {
  const kept: unknown[] = [];
  for (const item of items) {
    const element = elementOf(schema, item);
    const node = element === undefined ? undefined : paths[element];
    if (node === undefined) kept.push(item);
    else if (!isMember(node)) kept.push(removeFields(schema.items, item, node));
  }
  return kept;
}

/**
 * The set in which every struct that has paths below it is a path itself. Kubernetes: `EnsureNamedFieldsAreMembers`: a
 * struct goes when everything in it went.
 */
export function includeStructs(schema: Schema, set: FieldSet): FieldSet {
  const out: Record<string, FieldSet> = {};
  for (const element in set) {
    if (element === '.') {
      out[element] = set[element]!;
      continue;
    }
    const node = set[element]!;
    const child = schemaAt(schema, element);
    const inner = child === undefined ? node : includeStructs(child, node);
    const isNamed = schema.type === 'object' && element.startsWith('f:') && schema.fields.has(element.slice(2));
    out[element] = isNamed && !isMember(inner) ? { '.': {}, ...inner } : inner;
  }
  return out;
}

function schemaAt(schema: Schema, element: string): Schema | undefined {
  if (element.startsWith('f:') && (schema.type === 'object' || schema.type === 'map')) {
    return childSchema(schema, element.slice(2));
  }
  return element.startsWith('k:') && schema.type === 'list' ? schema.items : undefined;
}
