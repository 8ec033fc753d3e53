import { setField } from '../json/index.ts';
import type { FieldSchema, ListSchema, MapSchema, ObjectSchema, Schema } from './schema.ts';
import {
  absent,
  bad,
  reject,
  type StructureCheck,
  type StructureSink,
  typeNameOf,
  wrongType,
} from './structure-problem.ts';
import { checkScalar } from './structure-scalar.ts';

/** Compiles one schema for a mode; each object schema once, so recursive schemas end. */
export class StructureCompiler {
  readonly #checks = new WeakMap<Schema, StructureCheck>();
  /** `decode` checks and normalizes built-in kinds; `prune` only drops unknown fields, for CustomResources. */
  readonly #mode: 'decode' | 'prune';
  readonly #keepsNulls: boolean;

  /** `keepsNulls`: a null where none is allowed stays, for validation to refuse (CustomResources only). */
  constructor(mode: 'decode' | 'prune', keepsNulls = false) {
    this.#mode = mode;
    this.#keepsNulls = keepsNulls;
  }

  compile(schema: Schema): StructureCheck {
    const known = this.#checks.get(schema);
    if (known !== undefined) return known;
    const check = this.#build(schema);
    this.#checks.set(schema, check);
    return check;
  }

  #build(schema: Schema): StructureCheck {
    switch (schema.type) {
      case 'object':
        return this.#objectCheck(schema);
      case 'map':
        return this.#mapCheck(schema);
      case 'list':
        return this.#listCheck(schema);
      case 'any':
        return schema.alternatives === undefined ? passThrough : this.#alternativesCheck(schema.alternatives);
      default:
        return this.#mode === 'prune' ? passThrough : checkScalar(schema);
    }
  }

  /** Fields compile when the object is first seen: recursion ends, and unused branches cost nothing. */
  #objectCheck(schema: ObjectSchema): StructureCheck {
    // A CustomResource's metadata is a built-in definition: it is decoded even where the rest is only pruned.
    if (this.#mode === 'prune' && schema.name !== undefined) return decodeCompiler.compile(schema);
    let fields: ReadonlyMap<string, FieldCheck> | undefined;
    const additional = schema.additional === undefined ? undefined : this.#additionalCheck(schema.additional);
    const isLoose = this.#mode === 'prune';
    return (value, path, sink) => {
      if (typeof value !== 'object' || value === null || Array.isArray(value)) {
        return isLoose ? value : reject(() => wrongType(path, 'object', value), value, sink);
      }
      fields ??= this.#compileFields(schema);
      return checkObject(
        value as Record<string, unknown>,
        path,
        sink,
        fields,
        additional,
        schema.preserveUnknown === true,
      );
    };
  }

  #additionalCheck(schema: Schema): StructureCheck {
    const check = this.compile(schema);
    if (this.#mode === 'decode' || !this.#dropsNull(schema)) return check;
    return (value, path, sink) => (value === null ? absent : check(value, path, sink));
  }

  #dropsNull(schema: Schema): boolean {
    return schema.nullable !== true && !this.#keepsNulls;
  }

  #compileFields(schema: ObjectSchema): ReadonlyMap<string, FieldCheck> {
    const fields = new Map<string, FieldCheck>();
    for (const [name, field] of schema.fields) fields.set(name, this.#compileField(field));
    return fields;
  }

  #compileField(field: FieldSchema): FieldCheck {
    const isCustom = field.presence === undefined;
    return {
      check: this.compile(field.schema),
      // Kubernetes: `PruneNonNullableNullsWithoutDefaults`; where there is a default, it fills in.
      dropsNull:
        !isCustom || (field.default !== undefined && field.schema.nullable !== true) || this.#dropsNull(field.schema),
      dropsEmpty: field.presence === 'omit-empty' && field.schema.type !== 'object',
    };
  }

  /** The alternatives differ in their JSON type, so the value tells which one counts. */
  #alternativesCheck(alternatives: readonly Schema[]): StructureCheck {
    const checks = new Map(alternatives.map(schema => [jsonTypeOf(schema), schema] as const));
    const expected = [...checks.keys()].join(',');
    return (value, path, sink) => {
      const schema = checks.get(typeNameOf(value));
      if (schema === undefined) return reject(() => wrongType(path, expected, value), value, sink);
      return this.compile(schema)(value, path, sink);
    };
  }

  #mapCheck(schema: MapSchema): StructureCheck {
    const check = this.#additionalCheck(schema.values);
    const isLoose = this.#mode === 'prune';
    const zero = zeroOf(schema.values);
    return (value, path, sink) => {
      if (typeof value !== 'object' || value === null || Array.isArray(value)) {
        return isLoose ? value : reject(() => wrongType(path, 'object', value), value, sink);
      }
      return checkMap(value as Record<string, unknown>, path, sink, check, isLoose ? undefined : zero);
    };
  }

  #listCheck(schema: ListSchema): StructureCheck {
    const check = this.compile(schema.items);
    const isLoose = this.#mode === 'prune';
    const zero = zeroOf(schema.items);
    return (value, path, sink) => {
      if (!Array.isArray(value)) return isLoose ? value : reject(() => wrongType(path, 'array', value), value, sink);
      return checkList(value, path, sink, check, isLoose ? undefined : zero);
    };
  }
}

interface FieldCheck {
  readonly check: StructureCheck;
  readonly dropsNull: boolean;
  readonly dropsEmpty: boolean;
}

const passThrough: StructureCheck = value => value;

function jsonTypeOf(schema: Schema): string {
  return schema.type === 'list' ? 'array' : schema.type;
}

/** Kubernetes: Go decodes a null item or map value to its type's zero. */
function zeroOf(schema: Schema): unknown {
  switch (schema.type) {
    case 'object':
    case 'map':
      return {};
    case 'list':
      return [];
    case 'boolean':
      return false;
    case 'integer':
    case 'number':
    case 'int-or-string':
      return 0;
    case 'string':
      return schema.format === 'quantity' ? '0' : schema.format === undefined || schema.format === 'byte' ? '' : null;
    case 'any':
      return null;
  }
}

function checkObject(
  value: Record<string, unknown>,
  path: string,
  sink: StructureSink | undefined,
  fields: ReadonlyMap<string, FieldCheck>,
  additional: StructureCheck | undefined,
  preservesUnknown: boolean,
): unknown {
  let out: Record<string, unknown> | undefined;
  for (const key in value) {
    const before = value[key];
    const field = fields.get(key);
    const after =
      field === undefined
        ? checkUnlisted(key, before, path, sink, additional, preservesUnknown)
        : checkField(field, key, before, path, sink);
    if (after === bad) return bad;
    if (out === undefined) {
      if (after === before) continue;
      out = copyUntil(value, key);
    }
    if (after !== absent) setField(out, key, after);
  }
  return out ?? value;
}

function checkField(
  field: FieldCheck,
  key: string,
  before: unknown,
  path: string,
  sink: StructureSink | undefined,
): unknown {
  if (before === undefined || (before === null && field.dropsNull)) return absent;
  const after = field.check(before, sink === undefined ? '' : joinField(path, key), sink);
  return field.dropsEmpty && isEmpty(after) ? absent : after;
}

function checkUnlisted(
  key: string,
  before: unknown,
  path: string,
  sink: StructureSink | undefined,
  additional: StructureCheck | undefined,
  preservesUnknown: boolean,
): unknown {
  if (before === undefined) return absent;
  if (additional !== undefined) return additional(before, sink === undefined ? '' : joinField(path, key), sink);
  if (preservesUnknown) return before;
  if (sink === undefined) return bad;
  sink.unknownFields.push(joinField(path, key));
  return absent;
}

function checkMap(
  value: Record<string, unknown>,
  path: string,
  sink: StructureSink | undefined,
  check: StructureCheck,
  zero: unknown,
): unknown {
  let out: Record<string, unknown> | undefined;
  for (const key in value) {
    const before = value[key];
    const after =
      before === undefined
        ? absent
        : before === null && zero !== undefined
          ? zero
          : check(before, sink === undefined ? '' : `${path}[${key}]`, sink);
    if (after === bad) return bad;
    if (out === undefined) {
      if (after === before) continue;
      out = copyUntil(value, key);
    }
    if (after !== absent) setField(out, key, after);
  }
  return out ?? value;
}

function checkList(
  value: readonly unknown[],
  path: string,
  sink: StructureSink | undefined,
  check: StructureCheck,
  zero: unknown,
): unknown {
  let out: unknown[] | undefined;
  for (let index = 0; index < value.length; index++) {
    const before = value[index];
    const after =
      before === null && zero !== undefined ? zero : check(before, sink === undefined ? '' : `${path}[${index}]`, sink);
    if (after === bad) return bad;
    if (out === undefined) {
      if (after === before) continue;
      out = value.slice(0, index);
    }
    out.push(after);
  }
  return out ?? value;
}

function copyUntil(value: Readonly<Record<string, unknown>>, end: string): Record<string, unknown> {
  const out: Record<string, unknown> = {};
  for (const key in value) {
    if (key === end) break;
    setField(out, key, value[key]);
  }
  return out;
}

function joinField(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`;
}

function isEmpty(value: unknown): boolean {
  switch (typeof value) {
    case 'string':
      return value === '';
    case 'number':
      return value === 0;
    case 'boolean':
      return !value;
    case 'object':
      if (value === null) return true;
      if (Array.isArray(value)) return value.length === 0;
      for (const _ in value) return false;
      return true;
    default:
      return false;
  }
}

/** Plans of built-in definitions, shared by all: a cache keyed by immutable schemas. */
export const decodeCompiler: StructureCompiler = new StructureCompiler('decode');
export const pruneCompiler: StructureCompiler = new StructureCompiler('prune');
export const nullKeepingCompiler: StructureCompiler = new StructureCompiler('prune', true);
