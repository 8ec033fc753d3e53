import { isJsonObject, type JsonObject } from '../json/index.ts';
import type { FieldSchema, ListSchema, MapSchema, ObjectSchema, Schema } from '../schema/schema.ts';
import { encodeKeyElement, encodeValueElement, type PathElement } from './path-element.ts';

/**
 * How ownership sees a schema: leaves are owned as a whole, structs and maps field by field, lists item by item.
 * Kubernetes: structured-merge-diff's atoms.
 */

/** Owned as one: whatever has no schema inside a built-in kind (RawExtension). */
const atomicAnything: Schema = { type: 'map', values: { type: 'any' }, mapType: 'atomic' };
/** Maps granular, lists atomic: what a CRD keeps without a schema. */
export const anything: Schema = { type: 'any' };

/** Where a struct in a built-in kind has a field of no shape, that field is owned as one. */
export function childSchema(schema: ObjectSchema | MapSchema, key: string): Schema {
  if (schema.type === 'map') return schema.values;
  const field = schema.fields.get(key);
  if (field === undefined) return schema.additional ?? anything;
  return field.schema.type === 'any' && schema.name !== undefined ? atomicAnything : field.schema;
}

const emptyStruct: JsonObject = {};

/**
 * What an absent field stands for in a struct that is there. Kubernetes: structs that Go holds by value are always there,
 * as empty objects (the schema says so with the default `{}`), and lists and maps that it always writes are null. In
 * objects of CRDs nothing is there before it is.
 */
export function absentValue(field: FieldSchema | undefined): unknown {
  if (field === undefined) return undefined;
  const { default: value, presence, schema } = field;
  if (presence === undefined) return undefined;
  if (presence === 'always' && (schema.type === 'list' || schema.type === 'map')) return null;
  return isJsonObject(value) && isEmptyObject(value) ? emptyStruct : undefined;
}

export function isEmptyObject(value: JsonObject): boolean {
  for (const key in value) if (value[key] !== undefined) return false;
  return true;
}

/** The schema by which a value is walked: one without a type is taken by what the value is. Null may be a map as well. */
export function shapeOf(schema: Schema, value: unknown): Schema {
  if (schema.type !== 'any') return schema;
  return value === null || isJsonObject(value) ? untypedMap : schema;
}

const untypedMap: MapSchema = { type: 'map', values: anything };

/** Whether the items of a list are owned one by one. */
export function isGranularList(schema: Schema): schema is ListSchema {
  return schema.type === 'list' && (schema.listType === 'map' || schema.listType === 'set');
}

/** Whether the fields of an object are owned one by one. */
export function isGranularObject(schema: Schema): schema is ObjectSchema | MapSchema {
  return (schema.type === 'object' || schema.type === 'map') && schema.mapType !== 'atomic';
}

/** The element that names an item in its list; undefined for an item that cannot be named. */
export function elementOf(schema: ListSchema, item: unknown): PathElement | undefined {
  if (schema.listType === 'set') return encodeValueElement(item);
  if (!isJsonObject(item)) return undefined;
  const keys: [string, unknown][] = [];
  for (const name of schema.keys ?? []) {
    const value = item[name] ?? defaultOfKey(schema.items, name);
    if (value !== undefined) keys.push([name, value]);
  }
  return keys.length === 0 ? undefined : encodeKeyElement(keys);
}

/** Kubernetes: a key that is absent counts with its default, `protocol` of a port as `TCP`. */
function defaultOfKey(items: Schema, name: string): unknown {
  return items.type === 'object' ? items.fields.get(name)?.default : undefined;
}

/** Whether two items at the same place of two lists certainly have the same element. */
export function haveSameKeys(schema: ListSchema, left: unknown, right: unknown): boolean {
  if (schema.listType === 'set') return left === right;
  if (!isJsonObject(left) || !isJsonObject(right)) return false;
  const keys = schema.keys ?? [];
  for (const name of keys) if (left[name] !== right[name] || typeof left[name] === 'object') return false;
  return keys.length > 0;
}
