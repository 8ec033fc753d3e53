import { encodeBase64 } from '../../protobuf/base64.ts';
import { formatCelDuration, formatCelTimestamp } from '../functions/times.ts';
import { isEqual } from '../language/equality.ts';
import {
  CelDuration,
  CelObject,
  CelTimestamp,
  type CelType,
  CelUint,
  celTypes,
  fail,
  objectType,
} from '../language/index.ts';
import { isList, isMap, itemsOf } from '../language/values.ts';

const patchFields = new Map<string, CelType>([
  ['op', celTypes.string],
  ['path', celTypes.string],
  ['from', celTypes.string],
  ['value', celTypes.dyn],
]);

/** Takes any name. Kubernetes: `mutation/dynamic` knows no field of the objects that expressions write. */
class AnyNames extends Map<string, CelType> {
  readonly #typeOf: (name: string) => CelType | undefined;

  constructor(typeOf: (name: string) => CelType | undefined) {
    super();
    this.#typeOf = typeOf;
  }

  override get(name: string): CelType | undefined {
    return this.#typeOf(name);
  }
}

const anyFields = new AnyNames(() => celTypes.dyn);
const patchType = objectType('JSONPatch', patchFields);

/** The types that mutations may write: `Object{…}`, `Object.spec{…}`, `JSONPatch{…}`. */
export const mutationTypes: ReadonlyMap<string, CelType> = new AnyNames(name => {
  if (name === 'JSONPatch') return patchType;
  return name === 'Object' || name.startsWith('Object.') ? objectType(name, anyFields) : undefined;
});

class MutationObject extends CelObject {
  readonly typeName: string;
  readonly fields: ReadonlyMap<string, unknown>;

  constructor(typeName: string, fields: ReadonlyMap<string, unknown>) {
    super();
    this.typeName = typeName;
    this.fields = fields;
  }

  equals(other: CelObject): boolean {
    return (
      other instanceof MutationObject &&
      other.typeName === this.typeName &&
      other.fields.size === this.fields.size &&
      [...this.fields].every(([name, value]) => isEqual(value, other.fields.get(name)))
    );
  }
}

export function makeMutationObject(name: string, fields: ReadonlyMap<string, unknown>): unknown {
  if (name === 'JSONPatch') {
    for (const [field, value] of fields) {
      if (field === 'value' || typeof value === 'string') continue;
      return fail(`unexpected type ${goTypeOf(value)} for JSONPatchType '${field}' field`);
    }
  }
  return new MutationObject(name, fields);
}

function goTypeOf(value: unknown): string {
  switch (typeof value) {
    case 'bigint':
      return 'int64';
    case 'number':
      return 'float64';
    case 'boolean':
      return 'bool';
    default:
      return value === null ? 'structpb.NullValue' : isList(value) ? '[]ref.Val' : 'map[ref.Val]ref.Val';
  }
}

/** What a mutation has made as JSON. */
export function toJson(value: unknown): unknown {
  if (typeof value === 'bigint') return Number(value);
  if (value instanceof CelUint) return Number(value.value);
  if (value instanceof Uint8Array) return encodeBase64(value);
  if (value instanceof CelTimestamp) return formatCelTimestamp(value);
  if (value instanceof CelDuration) return formatCelDuration(value);
  if (value instanceof MutationObject) return fromEntries([...value.fields]);
  if (isList(value)) return itemsOf(value).map(toJson);
  return isMap(value) ? fromEntries(value.keys().map(key => [String(key), value.get(key)] as const)) : value;
}

function fromEntries(entries: readonly (readonly [string, unknown])[]): object {
  return Object.fromEntries(entries.map(([key, value]) => [key, toJson(value)] as const));
}

/** Where objects are not written with the names of the fields that they stand in. */
export function findMisnamed(value: unknown): string | undefined {
  const roots = isList(value)
    ? itemsOf(value).flatMap(item => (item instanceof MutationObject ? [item.fields.get('value')] : []))
    : [value];
  const problems = roots.flatMap(root => (root instanceof MutationObject ? compareNames(root, root.typeName) : []));
  return problems.length === 0 ? undefined : problems.join('\n');
}

function compareNames(value: unknown, path: string): readonly string[] {
  if (isList(value)) return itemsOf(value).flatMap(item => compareNames(item, path));
  if (isMap(value)) return value.keys().flatMap(key => compareNames(value.get(key), path));
  if (!(value instanceof MutationObject)) return [];
  const wrong = `unexpected type name "${value.typeName}", expected "${path}", which matches field name path from root Object type`;
  return [
    ...(value.typeName === path ? [] : [wrong]),
    ...[...value.fields].flatMap(([name, field]) => compareNames(field, `${path}.${name}`)),
  ];
}
