/** A type of CEL's type checker. `params`: of a list its items', of a map key's and value's, of an optional its value's. */
export interface CelType {
  readonly kind: CelKind;
  /** As messages print it: `list`, `optional_type`, an object's name, a type parameter's name. */
  readonly name: string;
  readonly params: readonly CelType[];
  /** The fields of an object. */
  readonly fields?: ReadonlyMap<string, CelType> | undefined;
}

export type CelKind =
  | 'bool'
  | 'bytes'
  | 'double'
  | 'duration'
  | 'dyn'
  | 'error'
  | 'int'
  | 'list'
  | 'map'
  | 'null'
  | 'object'
  | 'opaque'
  | 'param'
  | 'string'
  | 'timestamp'
  | 'type'
  | 'uint';

function simple(kind: CelKind, name: string = kind): CelType {
  return { kind, name, params: [] };
}

export const celTypes = {
  bool: simple('bool'),
  bytes: simple('bytes'),
  double: simple('double'),
  duration: simple('duration'),
  dyn: simple('dyn'),
  error: simple('error', '!error!'),
  int: simple('int'),
  null: simple('null'),
  string: simple('string'),
  timestamp: simple('timestamp'),
  uint: simple('uint'),
  type: simple('type'),
} as const;

export function listType(items: CelType): CelType {
  return { kind: 'list', name: 'list', params: [items] };
}

export function mapType(keys: CelType, values: CelType): CelType {
  return { kind: 'map', name: 'map', params: [keys, values] };
}

export function optionalType(value: CelType): CelType {
  return { kind: 'opaque', name: 'optional_type', params: [value] };
}

export function paramType(name: string): CelType {
  return { kind: 'param', name, params: [] };
}

/** The type of a type: of `int` in `type(x) == int`. */
export function typeType(of: CelType): CelType {
  return { kind: 'type', name: 'type', params: [of] };
}

export function objectType(name: string, fields: ReadonlyMap<string, CelType> = new Map()): CelType {
  return { kind: 'object', name, params: [], fields };
}

export function isOptionalType(type: CelType): boolean {
  return type.kind === 'opaque' && type.name === 'optional_type';
}

/** As upstream's messages write it: `map(string, list(int))`. */
export function formatType(type: CelType): string {
  if (type.params.length === 0) return type.name;
  return `${type.name}(${type.params.map(formatType).join(', ')})`;
}

export function isSameType(one: CelType, other: CelType): boolean {
  if (one === other) return true;
  if (one.kind !== other.kind || one.name !== other.name || one.params.length !== other.params.length) return false;
  return one.params.every((param, index) => isSameType(param, other.params[index]!));
}
