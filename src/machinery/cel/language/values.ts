/**
 * What expressions compute with: `bigint` is int, `number` is double, `Uint8Array` is bytes; boolean, string and null are
 * themselves, lists are arrays. The rest is here.
 */
export class CelUint {
  readonly value: bigint;

  constructor(value: bigint) {
    this.value = value;
  }
}

export class CelDuration {
  readonly nanos: bigint;

  constructor(nanos: bigint) {
    this.nanos = nanos;
  }
}

/** Nanoseconds since 1970. */
export class CelTimestamp {
  readonly nanos: bigint;

  constructor(nanos: bigint) {
    this.nanos = nanos;
  }
}

export class CelOptional {
  readonly hasValue: boolean;
  readonly value: unknown;

  private constructor(hasValue: boolean, value: unknown) {
    this.hasValue = hasValue;
    this.value = value;
  }

  static readonly none: CelOptional = new CelOptional(false, undefined);

  static of(value: unknown): CelOptional {
    return new CelOptional(true, value);
  }
}

/** A type as a value: what `type(x)` and `int` are. */
export class CelTypeValue {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }
}

/** A map or an object: keys are strings in what comes from JSON, anything comparable otherwise. */
export interface CelMap {
  readonly isCelMap: true;
  readonly size: number;
  /** Objects have declared fields and no keys to speak of: `a.b` of an absent one has another message. */
  readonly isObject: boolean;
  has(key: unknown): boolean;
  /** Undefined when there is none. */
  get(key: unknown): unknown;
  keys(): readonly unknown[];
}

/** A list whose items are told apart by value (`set`) or by some fields (`map`), which equality and `+` heed. */
export class CelKeyedList {
  readonly items: readonly unknown[];
  /** Names an item among its siblings. */
  readonly keyOf: (item: unknown) => string;
  readonly listType: 'set' | 'map';

  constructor(items: readonly unknown[], keyOf: (item: unknown) => string, listType: 'set' | 'map') {
    this.items = items;
    this.keyOf = keyOf;
    this.listType = listType;
  }
}

/** A value of a library's own type: a quantity, an address. */
export abstract class CelObject {
  abstract readonly typeName: string;
  abstract equals(other: CelObject): boolean;
}

export function isList(value: unknown): value is readonly unknown[] | CelKeyedList {
  return Array.isArray(value) || value instanceof CelKeyedList;
}

export function itemsOf(value: unknown): readonly unknown[] {
  return value instanceof CelKeyedList ? value.items : (value as readonly unknown[]);
}

export function isMap(value: unknown): value is CelMap {
  return typeof value === 'object' && value !== null && 'isCelMap' in value;
}

/** A map made by an expression. Numbers of any type that are equal are one key. */
export class CelLiteralMap implements CelMap {
  readonly isCelMap = true;
  readonly isObject = false;
  readonly #entries: ReadonlyMap<string, readonly [unknown, unknown]>;

  constructor(entries: ReadonlyMap<string, readonly [unknown, unknown]>) {
    this.#entries = entries;
  }

  static of(pairs: Iterable<readonly [unknown, unknown]>): CelLiteralMap {
    const entries = new Map<string, readonly [unknown, unknown]>();
    for (const pair of pairs) entries.set(keyText(pair[0]), pair);
    return new CelLiteralMap(entries);
  }

  get size(): number {
    return this.#entries.size;
  }

  has(key: unknown): boolean {
    return this.#entries.has(keyText(key));
  }

  get(key: unknown): unknown {
    return this.#entries.get(keyText(key))?.[1];
  }

  keys(): readonly unknown[] {
    return [...this.#entries.values()].map(([key]) => key);
  }

  with(key: unknown, value: unknown): CelLiteralMap {
    return new CelLiteralMap(new Map([...this.#entries, [keyText(key), [key, value]]]));
  }
}

/** One text for all keys that are equal. */
export function keyText(key: unknown): string {
  if (typeof key === 'string') return `s${key}`;
  if (typeof key === 'bigint') return `n${key}`;
  if (typeof key === 'boolean') return `b${key}`;
  if (key instanceof CelUint) return `n${key.value}`;
  if (typeof key === 'number' && Number.isInteger(key)) return `n${BigInt(key)}`;
  return `?${String(key)}`;
}

/** As messages and `type()` name it. */
export function typeNameOf(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return 'string';
    case 'bigint':
      return 'int';
    case 'number':
      return 'double';
    case 'boolean':
      return 'bool';
    default:
      return objectTypeName(value);
  }
}

function objectTypeName(value: unknown): string {
  if (value === null || value === undefined) return 'null_type';
  if (isList(value)) return 'list';
  if (value instanceof Uint8Array) return 'bytes';
  if (value instanceof CelUint) return 'uint';
  if (value instanceof CelDuration) return 'google.protobuf.Duration';
  if (value instanceof CelTimestamp) return 'google.protobuf.Timestamp';
  if (value instanceof CelOptional) return 'optional_type';
  if (value instanceof CelTypeValue) return 'type';
  if (value instanceof CelObject) return value.typeName;
  return isMap(value) && value.isObject ? 'object' : 'map';
}
