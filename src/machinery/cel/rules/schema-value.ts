import { isDeepEqual, isJsonObject } from '../../json/index.ts';
import { itemsOf, type JsonSchema } from '../../schema/json-schema.ts';
import { escapeFieldName } from '../field-name.ts';
import { readDuration, readTimestamp } from '../functions/index.ts';
import { CelDuration, CelKeyedList, type CelMap, CelObject, CelTimestamp, fail } from '../language/index.ts';
import { withTypeAndMeta } from './schema-type.ts';

/** A JSON value as rules see it. Objects are looked into only where a rule does. Kubernetes: `UnstructuredToVal`. */
export function toSchemaValue(schema: JsonSchema, value: unknown): unknown {
  if (value === null || value === undefined) {
    return schema.nullable === true ? null : fail('invalid data, got null for schema with nullable=false');
  }
  if (schema['x-kubernetes-int-or-string'] === true)
    return typeof value === 'number' ? BigInt(Math.trunc(value)) : value;
  switch (schema.type) {
    case 'object':
      return isJsonObject(value)
        ? toMap(schema, value)
        : fail('invalid data, expected a map for the provided schema with type=object');
    case 'array':
      return Array.isArray(value)
        ? toList(schema, value)
        : fail('invalid data, expected an array for the provided schema with type=array');
    case 'string':
      return toText(schema.format, value);
    case 'number':
      return value;
    case 'integer':
      return typeof value === 'number' ? BigInt(Math.trunc(value)) : fail('invalid data, expected int');
    case 'boolean':
      return value;
    default:
      return new PreservedValue(value);
  }
}

function toMap(schema: JsonSchema, value: Readonly<Record<string, unknown>>): CelMap {
  if (schema['x-kubernetes-embedded-resource'] === true) return new SchemaObject(withTypeAndMeta(schema), value);
  const { additionalProperties, properties } = schema;
  return properties === undefined && typeof additionalProperties === 'object'
    ? new SchemaMap(additionalProperties, value)
    : new SchemaObject(schema, value);
}

function toList(schema: JsonSchema, list: readonly unknown[]): unknown {
  const items = itemsOf(schema);
  if (items === undefined) return fail('invalid array type, expected Items with a non-empty Schema');
  const values = list.map(item => toSchemaValue(items, item));
  const listType = schema['x-kubernetes-list-type'];
  if (listType === 'set') return new CelKeyedList(values, item => JSON.stringify(printable(item)), 'set');
  if (listType !== 'map') return values;
  const keys = (schema['x-kubernetes-list-map-keys'] ?? []).map(key => escapeFieldName(key) ?? key);
  return new CelKeyedList(values, item => JSON.stringify(keys.map(key => printable((item as CelMap).get(key)))), 'map');
}

function printable(value: unknown): unknown {
  return typeof value === 'bigint' ? `${value}` : value;
}

function toText(format: string | undefined, value: unknown): unknown {
  if (typeof value !== 'string') return fail('invalid data, expected string');
  switch (format) {
    case 'byte':
      return fromBase64(value);
    case 'date': {
      const nanos = readTimestamp(`${value}T00:00:00Z`);
      return nanos === undefined ? fail(`Invalid date formatted string ${value}`) : new CelTimestamp(nanos);
    }
    case 'date-time': {
      const nanos = readTimestamp(value);
      return nanos === undefined ? fail(`Invalid date-time formatted string ${value}`) : new CelTimestamp(nanos);
    }
    case 'duration': {
      const nanos = readDuration(value);
      return nanos === undefined ? fail(`Invalid duration ${value}`) : new CelDuration(nanos);
    }
    default:
      return value;
  }
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

function fromBase64(text: string): Uint8Array {
  const digits = text.replace(/=+$/, '');
  const bytes = new Uint8Array(Math.floor((digits.length * 3) / 4));
  let bits = 0;
  let count = 0;
  let length = 0;
  for (const digit of digits) {
    bits = (bits << 6) | alphabet.indexOf(digit);
    count += 6;
    if (count >= 8) {
      count -= 8;
      bytes[length++] = (bits >> count) & 255;
    }
  }
  return bytes;
}

type Raw = Readonly<Record<string, unknown>>;

/** String keys to values of one schema. */
class SchemaMap implements CelMap {
  readonly isCelMap = true;
  readonly isObject = false;
  readonly #values: JsonSchema;
  readonly #raw: Raw;

  constructor(values: JsonSchema, raw: Raw) {
    this.#values = values;
    this.#raw = raw;
  }

  get size(): number {
    return Object.keys(this.#raw).length;
  }

  has(key: unknown): boolean {
    return typeof key === 'string' && Object.hasOwn(this.#raw, key);
  }

  get(key: unknown): unknown {
    return this.has(key) ? toSchemaValue(this.#values, this.#raw[key as string]) : undefined;
  }

  keys(): readonly string[] {
    return Object.keys(this.#raw);
  }
}

/** An object with the fields of a schema, under the names that rules use. Others cannot be seen, only compared. */
class SchemaObject implements CelMap {
  readonly isCelMap = true;
  readonly isObject = true;
  readonly #schema: JsonSchema;
  readonly #raw: Raw;

  constructor(schema: JsonSchema, raw: Raw) {
    this.#schema = schema;
    this.#raw = raw;
  }

  get size(): number {
    return Object.keys(this.#raw).length;
  }

  has(name: unknown): boolean {
    return this.get(name) !== undefined;
  }

  get(name: unknown): unknown {
    const key = fieldNames(this.#schema).get(name as string);
    if (key === undefined) return Object.hasOwn(this.#raw, name as string) ? this.#hidden(name as string) : undefined;
    const value = this.#raw[key];
    return value === undefined ? undefined : toSchemaValue(this.#schema.properties![key]!, value);
  }

  keys(): readonly string[] {
    return Object.keys(this.#raw).map(key =>
      this.#schema.properties?.[key] === undefined ? key : (escapeFieldName(key) ?? key),
    );
  }

  #hidden(name: string): unknown {
    return new PreservedValue(this.#raw[name]);
  }
}

const names = new WeakMap<JsonSchema, ReadonlyMap<string, string>>();

/** The fields of a schema by the names that rules use. */
function fieldNames(schema: JsonSchema): ReadonlyMap<string, string> {
  let known = names.get(schema);
  if (known === undefined) {
    known = new Map(Object.keys(schema.properties ?? {}).map(name => [escapeFieldName(name) ?? `\u0000${name}`, name]));
    names.set(schema, known);
  }
  return known;
}

/** Data that no schema describes. */
class PreservedValue extends CelObject {
  readonly typeName = 'unknown';
  readonly raw: unknown;

  constructor(raw: unknown) {
    super();
    this.raw = raw;
  }

  equals(other: unknown): boolean {
    return other instanceof PreservedValue && isDeepEqual(this.raw, other.raw);
  }
}
