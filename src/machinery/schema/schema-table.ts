import type { AnySchema, FieldSchema, ObjectSchema, ScalarSchema, Schema } from './schema.ts';

/**
 * Definitions of one group-version as compact text, one a line, parts separated by tabs:
 *
 *     Name [:flag…] field…
 *
 * - flags: `:k` a kind, `:a` and `:g` map type atomic and granular, `:u[…]` published unions, `:x` free-form,
 *   followed by the types that it may be.
 * - field: `name[!][*|~]=type[;attribute…]`; `!` required, `*` pointer, `~` omitted when empty.
 * - type: `[T` list, `{T` map, one lower-case letter for a scalar (`scalars` below), `Name` or `module/Name`.
 * - attributes: `7` or `2.7` protobuf number within its parents; `NclusterName` protobuf name; `Lmap:a,b` list type and
 *   keys; `Pmerge:key` patch strategy; `Matomic` map type; `z` default is Go's zero; `D…` default as JSON; `Ea|b` enum.
 *
 * Start-up pays for loading the text only; a line is parsed when its fields are first asked for.
 */
export interface SchemaTableText {
  /** The definitions' package: `io.k8s.api.core.v1`. */
  readonly prefix: string;
  readonly text: string;
}

const scalars: Readonly<Record<string, ScalarSchema | AnySchema>> = {
  s: { type: 'string' },
  i: { type: 'integer', format: 'int32' },
  l: { type: 'integer', format: 'int64' },
  n: { type: 'number', format: 'double' },
  b: { type: 'boolean' },
  y: { type: 'string', format: 'byte' },
  t: { type: 'string', format: 'time' },
  m: { type: 'string', format: 'micro-time' },
  q: { type: 'string', format: 'quantity' },
  o: { type: 'int-or-string' },
  r: { type: 'any', name: 'io.k8s.apimachinery.pkg.runtime.RawExtension' },
  f: { type: 'any', name: 'io.k8s.apimachinery.pkg.apis.meta.v1.FieldsV1' },
  p: { type: 'any', name: 'io.k8s.apimachinery.pkg.apis.meta.v1.Patch' },
  j: { type: 'any', name: 'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSON' },
};

const emptyObject: object = Object.freeze({});

/** Schemas of definitions by name, built from texts on first use and kept. */
export class SchemaTable {
  readonly #modules = new Map<string, Module>();
  readonly #modulesByPrefix = new Map<string, Module>();

  constructor(texts: Readonly<Record<string, SchemaTableText>>) {
    for (const [name, text] of Object.entries(texts)) {
      const module = new Module(this, text);
      this.#modules.set(name, module);
      this.#modulesByPrefix.set(text.prefix, module);
    }
  }

  /** By definition name: `io.k8s.api.core.v1.PodSpec`. */
  find(definition: string): ObjectSchema | AnySchema | undefined {
    const dot = definition.lastIndexOf('.');
    return this.#modulesByPrefix.get(definition.slice(0, dot))?.find(definition.slice(dot + 1));
  }

  /** By module and short name: `core-v1`, `PodSpec`. */
  findInModule(module: string, name: string): ObjectSchema | AnySchema | undefined {
    return this.#modules.get(module)?.find(name);
  }

  /** Every definition's full name, in table order. */
  *names(): IterableIterator<string> {
    for (const [prefix, module] of this.#modulesByPrefix) {
      for (const name of module.names()) yield `${prefix}.${name}`;
    }
  }
}

class Module {
  readonly #table: SchemaTable;
  readonly #text: SchemaTableText;
  #lines: ReadonlyMap<string, string> | undefined;
  readonly #built = new Map<string, ObjectSchema | AnySchema>();

  constructor(table: SchemaTable, text: SchemaTableText) {
    this.#table = table;
    this.#text = text;
  }

  names(): Iterable<string> {
    return this.#index().keys();
  }

  find(name: string): ObjectSchema | AnySchema | undefined {
    const built = this.#built.get(name);
    if (built !== undefined) return built;
    const line = this.#index().get(name);
    if (line === undefined) return undefined;
    const fullName = `${this.#text.prefix}.${name}`;
    const parts = line.split('\t');
    const schema: ObjectSchema | AnySchema =
      parts[1] === ':x'
        ? new TableAnySchema(fullName, parts.slice(2), this)
        : new TableObjectSchema(fullName, parts, this);
    this.#built.set(name, schema);
    return schema;
  }

  /** A reference in this module's text: `PodSpec`, `meta-v1/ObjectMeta`. */
  resolve(reference: string): ObjectSchema | AnySchema {
    const slash = reference.indexOf('/');
    const found =
      slash < 0
        ? this.find(reference)
        : this.#table.findInModule(reference.slice(0, slash), reference.slice(slash + 1));
    if (found === undefined) throw new Error(`schema table: ${this.#text.prefix} refers to unknown ${reference}`);
    return found;
  }

  #index(): ReadonlyMap<string, string> {
    if (this.#lines === undefined) {
      const lines = this.#text.text.split('\n');
      this.#lines = new Map(
        lines.map(line => {
          const tab = line.indexOf('\t');
          return [tab < 0 ? line : line.slice(0, tab), line];
        }),
      );
    }
    return this.#lines;
  }
}

/** An object whose fields are parsed when first asked for, which also lets definitions refer to themselves. */
class TableObjectSchema implements ObjectSchema {
  readonly type = 'object';
  readonly name: string;
  readonly isKind: boolean;
  readonly mapType: 'granular' | 'atomic' | undefined;
  readonly publishedUnions: readonly unknown[] | undefined;
  readonly #module: Module;
  readonly #tokens: readonly string[];
  #fields: ReadonlyMap<string, FieldSchema> | undefined;

  constructor(name: string, parts: readonly string[], module: Module) {
    const flags = parts.filter(part => part.startsWith(':'));
    const unions = flags.find(flag => flag.startsWith(':u'));
    this.name = name;
    this.isKind = flags.includes(':k');
    this.mapType = flags.includes(':a') ? 'atomic' : flags.includes(':g') ? 'granular' : undefined;
    this.publishedUnions = unions === undefined ? undefined : (JSON.parse(unions.slice(2)) as unknown[]);
    this.#module = module;
    this.#tokens = parts.slice(1 + flags.length);
  }

  get fields(): ReadonlyMap<string, FieldSchema> {
    this.#fields ??= new Map(
      this.#tokens.map(token => {
        const field = parseField(token, this.#module);
        return [field.name, field];
      }),
    );
    return this.#fields;
  }
}

/** A union that OpenAPI leaves untyped; its alternatives refer back to definitions, so they wait as well. */
class TableAnySchema implements AnySchema {
  readonly type = 'any';
  readonly name: string;
  readonly #types: readonly string[];
  readonly #module: Module;

  constructor(name: string, types: readonly string[], module: Module) {
    this.name = name;
    this.#types = types;
    this.#module = module;
  }

  get alternatives(): readonly Schema[] | undefined {
    return this.#types.length === 0 ? undefined : this.#types.map(type => parseType(type, this.#module, undefined));
  }
}

/** What the attributes of a field's token say. */
interface Attributes {
  numbers: readonly number[];
  protobufName?: string;
  listType?: 'atomic' | 'set' | 'map';
  keys?: readonly string[];
  patchStrategy?: string;
  patchMergeKey?: string;
  mapType?: 'granular' | 'atomic';
  hasZeroDefault?: boolean;
  default?: unknown;
  enum?: readonly string[];
}

function parseField(token: string, module: Module): FieldSchema {
  const equals = token.indexOf('=');
  const [type = '', ...rest] = token.slice(equals + 1).split(';');
  const attributes = parseAttributes(rest);
  const marks = /[!*~]*$/.exec(token.slice(0, equals))![0];
  const schema = parseType(type, module, attributes);
  const numbers = attributes.numbers;
  return {
    name: token.slice(0, equals - marks.length),
    schema,
    isRequired: marks.includes('!'),
    protobufNumber: numbers.at(-1) ?? 0,
    protobufName: attributes.protobufName,
    protobufParents: numbers.length > 1 ? numbers.slice(0, -1) : undefined,
    presence: marks.includes('*') ? 'pointer' : marks.includes('~') ? 'omit-empty' : 'always',
    default: attributes.hasZeroDefault === true ? zeroOf(schema) : attributes.default,
    patchStrategy: attributes.patchStrategy,
    patchMergeKey: attributes.patchMergeKey,
  };
}

function parseAttributes(parts: readonly string[]): Attributes {
  const attributes: Attributes = { numbers: [] };
  for (const part of parts) parseAttribute(part, attributes);
  return attributes;
}

function parseAttribute(part: string, attributes: Attributes): void {
  const value = part.slice(1);
  const colon = value.indexOf(':');
  const head = colon < 0 ? value : value.slice(0, colon);
  switch (part.charAt(0)) {
    case 'N':
      attributes.protobufName = value;
      return;
    case 'L':
      attributes.listType = head as 'atomic' | 'set' | 'map';
      if (colon >= 0) attributes.keys = value.slice(colon + 1).split(',');
      return;
    case 'P':
      attributes.patchStrategy = head;
      if (colon >= 0) attributes.patchMergeKey = value.slice(colon + 1);
      return;
    case 'M':
      attributes.mapType = value as 'granular' | 'atomic';
      return;
    case 'z':
      attributes.hasZeroDefault = true;
      return;
    case 'D':
      attributes.default = JSON.parse(value);
      return;
    case 'E':
      attributes.enum = value.split('|');
      return;
    default:
      attributes.numbers = part.split('.').map(Number);
  }
}

/** List and map attributes belong to the outermost type, an enum to the innermost. */
function parseType(type: string, module: Module, attributes: Attributes | undefined): Schema {
  const rest = type.slice(1);
  if (type.startsWith('[')) {
    const items = withEnum(parseType(rest, module, undefined), attributes?.enum);
    return { type: 'list', items, listType: attributes?.listType, keys: attributes?.keys };
  }
  if (type.startsWith('{')) {
    return { type: 'map', values: parseType(rest, module, undefined), mapType: attributes?.mapType };
  }
  const scalar = type.length === 1 ? scalars[type] : undefined;
  if (scalar !== undefined) return withEnum(scalar, attributes?.enum);
  const schema = module.resolve(type);
  return attributes?.mapType === undefined || schema.type !== 'object'
    ? schema
    : withMapType(schema, attributes.mapType);
}

/** A definition used with another map type than its own (`claimRef` is granular, ObjectReference atomic). */
function withMapType(schema: ObjectSchema, mapType: 'granular' | 'atomic'): ObjectSchema {
  return {
    type: 'object',
    name: schema.name,
    publishedUnions: schema.publishedUnions,
    mapType,
    definition: schema,
    get fields() {
      return schema.fields;
    },
  };
}

function withEnum(schema: Schema, values: readonly string[] | undefined): Schema {
  return values === undefined ? schema : { ...schema, constraints: { enum: values } };
}

function zeroOf(schema: Schema): unknown {
  switch (schema.type) {
    case 'object':
      return emptyObject;
    case 'boolean':
      return false;
    case 'integer':
    case 'number':
      return 0;
    default:
      return '';
  }
}
