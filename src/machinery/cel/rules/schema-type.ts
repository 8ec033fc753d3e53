import { itemsOf, type JsonSchema } from '../../schema/json-schema.ts';
import { escapeFieldName } from '../field-name.ts';
import { type CelType, celTypes, listType, mapType, objectType } from '../language/index.ts';

/** What rules see of a schema: its type, and how small and how large values of it can be. */
export interface DeclaredType {
  readonly type: CelType;
  /** Characters of the smallest value as JSON. */
  readonly sizeMin: number;
  /** Items, keys or characters of the largest value; 0 for what has none. */
  readonly elementsMax: number;
  /** Of a list's items or a map's values. */
  readonly inner?: DeclaredType | undefined;
  readonly keys?: DeclaredType | undefined;
  /** By the names that rules use. */
  readonly fields?: ReadonlyMap<string, DeclaredType> | undefined;
}

/** Kubernetes: bytes of the largest request. */
export const requestBytesMax = 3 * 1024 * 1024;
const textMax = requestBytesMax - 2;

const text: JsonSchema = { type: 'string' };
const metadata: JsonSchema = { type: 'object', properties: { name: text, generateName: text } };

/** A schema with the fields that every Kubernetes object has, as far as rules may see them. */
export function withTypeAndMeta(schema: JsonSchema): JsonSchema {
  let known = completed.get(schema);
  if (known === undefined) {
    known = { ...schema, properties: { ...schema.properties, kind: text, apiVersion: text, metadata } };
    completed.set(schema, known);
  }
  return known;
}

const completed = new WeakMap<JsonSchema, JsonSchema>();
const declared = { plain: new WeakMap<JsonSchema, DeclaredType>(), root: new WeakMap<JsonSchema, DeclaredType>() };

/** Undefined where rules may not look: without a type, without items. Kubernetes: `SchemaDeclType`. */
export function declareSchema(schema: JsonSchema, isResource: boolean): DeclaredType | undefined {
  const known = declared[isResource ? 'root' : 'plain'];
  let type = known.get(schema);
  if (type === undefined) {
    type = declare(isResource ? withTypeAndMeta(schema) : schema);
    if (type !== undefined) known.set(schema, type);
  }
  return type;
}

function declareInner(schema: JsonSchema): DeclaredType | undefined {
  return declareSchema(schema, schema['x-kubernetes-embedded-resource'] === true);
}

function declare(schema: JsonSchema): DeclaredType | undefined {
  if (schema['x-kubernetes-int-or-string'] === true) {
    const elementsMax = schema.maxLength === undefined ? textMax : charsOf(schema.maxLength);
    return { type: celTypes.dyn, sizeMin: 1, elementsMax };
  }
  switch (schema.type) {
    case 'array':
      return declareList(schema);
    case 'object':
      return typeof schema.additionalProperties === 'object'
        ? declareMap(schema, schema.additionalProperties)
        : declareObject(schema);
    case 'string':
      return declareText(schema);
    case 'boolean':
      return { type: celTypes.bool, sizeMin: 4, elementsMax: 0 };
    case 'number':
      return { type: celTypes.double, sizeMin: 1, elementsMax: 0 };
    case 'integer':
      return { type: celTypes.int, sizeMin: 1, elementsMax: 0 };
    default:
      return undefined;
  }
}

function declareList(schema: JsonSchema): DeclaredType | undefined {
  const items = itemsOf(schema);
  const inner = items === undefined ? undefined : declareInner(items);
  if (inner === undefined) return undefined;
  const elementsMax = schema.maxItems ?? Math.floor(textMax / (inner.sizeMin + 1));
  return { type: listType(inner.type), sizeMin: 2, elementsMax: Math.max(elementsMax, 0), inner };
}

function declareMap(schema: JsonSchema, values: JsonSchema): DeclaredType | undefined {
  const inner = declareInner(values);
  if (inner === undefined) return undefined;
  const elementsMax = schema.maxProperties ?? Math.floor(textMax / (inner.sizeMin + 6));
  const keys: DeclaredType = { type: celTypes.string, sizeMin: 2, elementsMax: 0 };
  const type = mapType(celTypes.string, inner.type);
  return { type, sizeMin: 2, elementsMax: Math.max(elementsMax, 0), inner, keys };
}

function declareObject(schema: JsonSchema): DeclaredType {
  const fields = new Map<string, DeclaredType>();
  let sizeMin = 2;
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    const field = declareInner(property);
    if (field === undefined) continue;
    const escaped = escapeFieldName(name);
    if (escaped !== undefined) fields.set(escaped, field);
    if (schema.required?.includes(name) === true && property.default === undefined) {
      sizeMin += name.length + field.sizeMin + 4;
    }
  }
  const types = new Map([...fields].map(([name, field]) => [name, field.type]));
  return { type: objectType('object', types), sizeMin, elementsMax: 0, fields };
}

function declareText(schema: JsonSchema): DeclaredType {
  const { maxLength } = schema;
  switch (schema.format) {
    case 'byte':
      return {
        type: celTypes.bytes,
        sizeMin: 2,
        elementsMax: maxLength === undefined ? textMax : Math.max(maxLength, 0),
      };
    case 'duration':
      return { type: celTypes.duration, sizeMin: 3, elementsMax: 32 };
    case 'date':
      return { type: celTypes.timestamp, sizeMin: 12, elementsMax: 12 };
    case 'date-time':
      return { type: celTypes.timestamp, sizeMin: 21, elementsMax: 32 };
    default:
      return { type: celTypes.string, sizeMin: 2, elementsMax: longestOf(schema) };
  }
}

function longestOf(schema: JsonSchema): number {
  if (schema.maxLength !== undefined) return charsOf(schema.maxLength);
  if (schema.enum === undefined || schema.enum.length === 0) return textMax;
  return Math.max(0, ...schema.enum.map(value => (typeof value === 'string' ? value.length : 0)));
}

/** Kubernetes: a character may take four bytes. */
function charsOf(maxLength: number): number {
  return Math.max(maxLength, 0) * 4;
}

/** How many elements what stands at a path can have; paths begin with a variable. */
export function elementsAt(root: DeclaredType, path: readonly string[]): number | undefined {
  let here: DeclaredType | undefined = root;
  for (const part of path.slice(1)) {
    if (part === '@items' || part === '@values') here = here.inner;
    else if (part === '@keys') here = here.keys;
    else here = here.fields?.get(part);
    if (here === undefined) return undefined;
  }
  return here.elementsMax;
}
