import { ownField, setField } from '../json/index.ts';
import type { FieldSchema, ObjectSchema, Schema } from './schema.ts';

type Defaulter = (value: unknown) => unknown;

/** Undefined: nothing below has a default. */
const defaulters = new WeakMap<Schema, { readonly apply: Defaulter | undefined }>();

/**
 * Fills absent fields with the defaults that the schema states (built-in kinds: those OpenAPI publishes, which include
 * Go's zero of values that are always written). The same instance when nothing is absent. Values of a wrong type are
 * left to the checks.
 */
export function applyDefaults<T>(schema: Schema, value: T): T {
  const known = defaulters.get(schema);
  const defaulter = known === undefined ? defaulterOf(schema, new Set()) : known.apply;
  return defaulter === undefined ? value : (defaulter(value) as T);
}

function defaulterOf(schema: Schema, open: Set<Schema>): Defaulter | undefined {
  const known = defaulters.get(schema);
  if (known !== undefined) return known.apply;
  // A schema inside itself: what is below is only known later, so ask then.
  if (open.has(schema)) return value => applyDefaults(schema, value);
  open.add(schema);
  const apply = buildDefaulter(schema, open);
  open.delete(schema);
  defaulters.set(schema, { apply });
  return apply;
}

function buildDefaulter(schema: Schema, open: Set<Schema>): Defaulter | undefined {
  switch (schema.type) {
    case 'object':
      return objectDefaulter(schema, open);
    case 'map': {
      const inner = defaulterOf(schema.values, open);
      return inner === undefined ? undefined : value => defaultValues(value, inner);
    }
    case 'list': {
      const inner = defaulterOf(schema.items, open);
      return inner === undefined ? undefined : value => defaultItems(value, inner);
    }
    default:
      return undefined;
  }
}

interface FieldDefault {
  readonly name: string;
  /** The complete default, with the defaults inside it filled in; shared by all objects. */
  readonly default: unknown;
  readonly inner: Defaulter | undefined;
  /** Custom resources: null in a field that is not nullable counts as absent. */
  readonly replacesNull: boolean;
}

function objectDefaulter(schema: ObjectSchema, open: Set<Schema>): Defaulter | undefined {
  const fields: FieldDefault[] = [];
  for (const field of schema.fields.values()) {
    const inner = defaulterOf(field.schema, open);
    const stated = isNeverWritten(field) ? undefined : field.default;
    if (stated === undefined && inner === undefined) continue;
    const value = stated === undefined || inner === undefined ? stated : inner(stated);
    fields.push({ name: field.name, default: value, inner, replacesNull: field.schema.nullable !== true });
  }
  const additional = schema.additional === undefined ? undefined : defaulterOf(schema.additional, open);
  if (fields.length === 0 && additional === undefined) return undefined;
  return value => defaultObject(value, fields, additional, schema);
}

/** A default that is Go's zero, in a field that Go leaves out then. */
function isNeverWritten({ presence, default: value }: FieldSchema): boolean {
  return presence === 'omit-empty' && (value === 0 || value === '' || value === false);
}

function defaultObject(
  value: unknown,
  fields: readonly FieldDefault[],
  additional: Defaulter | undefined,
  schema: ObjectSchema,
): unknown {
  if (!isObject(value)) return value;
  let out: Record<string, unknown> | undefined;
  for (const field of fields) {
    const before = ownField(value, field.name);
    const isAbsent = before === undefined || (before === null && field.replacesNull);
    const after = isAbsent ? defaultOr(field, before) : field.inner === undefined ? before : field.inner(before);
    if (after !== before) {
      out ??= { ...value };
      setField(out, field.name, after);
    }
  }
  return additional === undefined ? (out ?? value) : defaultUnlisted(out ?? value, additional, schema);
}

function defaultOr(field: FieldDefault, before: unknown): unknown {
  return field.default === undefined ? before : field.default;
}

function defaultUnlisted(value: Readonly<Record<string, unknown>>, inner: Defaulter, schema: ObjectSchema): unknown {
  let out: Record<string, unknown> | undefined;
  for (const key in value) {
    if (schema.fields.has(key)) continue;
    const after = inner(value[key]);
    if (after !== value[key]) {
      out ??= { ...value };
      setField(out, key, after);
    }
  }
  return out ?? value;
}

function defaultValues(value: unknown, inner: Defaulter): unknown {
  if (!isObject(value)) return value;
  let out: Record<string, unknown> | undefined;
  for (const key in value) {
    const after = inner(value[key]);
    if (after !== value[key]) {
      out ??= { ...value };
      setField(out, key, after);
    }
  }
  return out ?? value;
}

function defaultItems(value: unknown, inner: Defaulter): unknown {
  if (!Array.isArray(value)) return value;
  let out: unknown[] | undefined;
  for (let index = 0; index < value.length; index++) {
    const after = inner(value[index]);
    if (after !== value[index]) {
      out ??= [...value];
      out[index] = after;
    }
  }
  return out ?? value;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
