import type { JsonObject } from '../json/index.ts';
import type {
  AnySchema,
  FieldSchema,
  ListSchema,
  MapSchema,
  ObjectSchema,
  ScalarSchema,
  Schema,
} from '../schema/schema.ts';
import { decodeText, encodeBase64, requireBytes, toSigned } from './scalar-values.ts';
import { readFields, WireError, type WireValue } from './wire-reader.ts';

type Draft = Record<string, unknown>;

/** Where the fields of a message and of the messages nested in it go: by number. */
interface Layout {
  readonly fields: ReadonlyMap<number, FieldSchema>;
  /** Go embeds a struct: JSON inlines its fields, protobuf nests a message. */
  readonly nested: ReadonlyMap<number, Layout>;
}

const layouts = new WeakMap<ObjectSchema, Layout>();

/**
 * A message of upstream's generated.proto as the object that its JSON would be. Fields that the schema does not know are
 * left out, as protobuf wants it. Throws a `WireError` for bytes that are no such message.
 */
export function decodeMessage(bytes: Uint8Array, schema: ObjectSchema): JsonObject {
  const object: Draft = {};
  fill(object, bytes, layoutOf(schema), schema);
  return object;
}

function layoutOf(schema: ObjectSchema): Layout {
  let layout = layouts.get(schema);
  if (layout === undefined) {
    layout = buildLayout([...schema.fields.values()], 0);
    layouts.set(schema, layout);
  }
  return layout;
}

function buildLayout(fields: readonly FieldSchema[], depth: number): Layout {
  const own = new Map<number, FieldSchema>();
  const inner = new Map<number, FieldSchema[]>();
  for (const field of fields) {
    const parent = field.protobufParents?.[depth];
    if (parent === undefined) {
      if (field.protobufNumber > 0) own.set(field.protobufNumber, field);
    } else {
      const list = inner.get(parent);
      if (list === undefined) inner.set(parent, [field]);
      else list.push(field);
    }
  }
  const nested = new Map([...inner].map(([number, list]) => [number, buildLayout(list, depth + 1)] as const));
  return { fields: own, nested };
}

function fill(object: Draft, bytes: Uint8Array, layout: Layout, owner: ObjectSchema): void {
  for (const { number, value } of readFields(bytes)) {
    const field = layout.fields.get(number);
    if (field !== undefined) setField(object, field, value, owner);
    else {
      const nested = layout.nested.get(number);
      if (nested !== undefined) fill(object, requireBytes(value), nested, owner);
    }
  }
}

function setField(object: Draft, field: FieldSchema, value: WireValue, owner: ObjectSchema): void {
  const { name, schema } = field;
  if (schema.type === 'list') appendItem(object, name, schema, value, owner);
  else if (schema.type === 'map') addEntry(object, name, schema, requireBytes(value), owner);
  else {
    const decoded = decodeValue(value, schema, owner);
    // Go writes every field that is no pointer, so a zero says no more than its absence would in JSON.
    if (decoded !== undefined && !(field.presence === 'omit-empty' && isZero(decoded))) object[name] = decoded;
  }
}

function isZero(value: unknown): boolean {
  return value === '' || value === 0 || value === false;
}

function appendItem(object: Draft, name: string, schema: ListSchema, value: WireValue, owner: ObjectSchema): void {
  let list = object[name] as unknown[] | undefined;
  if (list === undefined) {
    list = [];
    object[name] = list;
  }
  list.push(decodeValue(value, schema.items, owner));
}

function addEntry(object: Draft, name: string, schema: MapSchema, entry: Uint8Array, owner: ObjectSchema): void {
  let map = object[name] as Draft | undefined;
  if (map === undefined) {
    map = {};
    object[name] = map;
  }
  let key = '';
  let decoded: unknown;
  for (const { number, value } of readFields(entry)) {
    if (number === 1) key = decodeText(requireBytes(value));
    // A list as a map's value is a message of its own: Go's ExtraValue.
    else if (number === 2) {
      decoded =
        schema.values.type === 'list'
          ? readItems(value, schema.values, owner)
          : decodeValue(value, schema.values, owner);
    }
  }
  Object.defineProperty(map, key, {
    value: decoded ?? zeroOf(schema.values),
    enumerable: true,
    configurable: true,
    writable: true,
  });
}

function readItems(value: WireValue, schema: ListSchema, owner: ObjectSchema): readonly unknown[] {
  return [...readFields(requireBytes(value))].map(item => decodeValue(item.value, schema.items, owner));
}

function zeroOf(schema: Schema): unknown {
  if (schema.type === 'string' && (schema.format === 'time' || schema.format === 'micro-time')) return null;
  if (schema.type === 'list') return [];
  return schema.type === 'string' ? '' : schema.type === 'boolean' ? false : 0;
}

function decodeValue(value: WireValue, schema: Schema, owner: ObjectSchema): unknown {
  switch (schema.type) {
    case 'object':
      return decodeMessage(requireBytes(value), schema);
    case 'any':
      return decodeAny(requireBytes(value), schema, owner);
    case 'boolean':
      return value !== 0n;
    case 'integer':
    case 'number':
      return toSigned(value);
    case 'int-or-string':
      return decodeIntOrString(requireBytes(value));
    case 'string':
      return decodeString(requireBytes(value), schema);
    default:
      throw new WireError(`a ${schema.type} where a single value is expected`);
  }
}

function decodeString(bytes: Uint8Array, { format }: ScalarSchema): string | undefined {
  if (format === 'byte') return encodeBase64(bytes);
  if (format === 'quantity') return readTextField(bytes, 1);
  if (format === 'time' || format === 'micro-time') return decodeTime(bytes, format === 'micro-time');
  if (format === 'duration') return `${Number(BigInt.asIntN(64, readNumberField(bytes, 1))) / 1e9}s`;
  return decodeText(bytes);
}

/** Go's zero time has no fields; JSON has null for it, which is as good as absent. */
function decodeTime(bytes: Uint8Array, isMicro: boolean): string | undefined {
  if (bytes.length === 0) return undefined;
  const seconds = Number(BigInt.asIntN(64, readNumberField(bytes, 1)));
  const nanos = Number(readNumberField(bytes, 2));
  const text = new Date(seconds * 1000).toISOString().slice(0, 19);
  return isMicro ? `${text}.${String(Math.floor(nanos / 1000)).padStart(6, '0')}Z` : `${text}Z`;
}

function decodeIntOrString(bytes: Uint8Array): number | string {
  const isText = readNumberField(bytes, 1) === 1n;
  return isText ? readTextField(bytes, 3) : Number(BigInt.asIntN(32, readNumberField(bytes, 2)));
}

function readNumberField(bytes: Uint8Array, number: number): bigint {
  let found = 0n;
  for (const field of readFields(bytes)) {
    if (field.number === number && typeof field.value === 'bigint') found = field.value;
  }
  return found;
}

function readTextField(bytes: Uint8Array, number: number): string {
  let found = '';
  for (const field of readFields(bytes)) if (field.number === number) found = decodeText(requireBytes(field.value));
  return found;
}

/** Embedded JSON (RawExtension, FieldsV1, JSON), or one of the unions in JSONSchemaProps, whose schema is `owner`. */
function decodeAny(bytes: Uint8Array, { name = '' }: AnySchema, owner: ObjectSchema): unknown {
  const union = name.slice(name.lastIndexOf('.') + 1);
  if (union.startsWith('JSONSchemaPropsOr')) return decodeUnion(bytes, union, owner);
  const text = readTextField(bytes, 1);
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) throw new WireError(`embedded JSON: ${error.message}`);
    throw error;
  }
}

function decodeUnion(bytes: Uint8Array, union: string, owner: ObjectSchema): unknown {
  const fields = [...readFields(bytes)];
  const schemas = (number: number): readonly unknown[] =>
    fields.filter(field => field.number === number).map(field => decodeMessage(requireBytes(field.value), owner));
  if (union === 'JSONSchemaPropsOrBool')
    return schemas(2)[0] ?? fields.some(field => field.number === 1 && field.value === 1n);
  if (union === 'JSONSchemaPropsOrArray') return schemas(1)[0] ?? schemas(2);
  const texts = fields.filter(field => field.number === 2).map(field => decodeText(requireBytes(field.value)));
  return schemas(1)[0] ?? texts;
}
