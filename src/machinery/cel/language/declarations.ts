import {
  type CelType,
  celTypes,
  listType,
  mapType,
  objectType,
  optionalType,
  paramType,
  typeType,
} from './cel-type.ts';

/** One way to call a function. */
export interface Overload {
  readonly id: string;
  readonly isMember: boolean;
  /** The target first, for members. */
  readonly params: readonly CelType[];
  readonly result: CelType;
  /** Names of its type parameters. */
  readonly typeParams: readonly string[];
}

export type Declarations = ReadonlyMap<string, readonly Overload[]>;

/** Types of libraries, by the name that declarations use. */
export const libraryTypes = {
  ip: { kind: 'opaque', name: 'net.IP', params: [] },
  cidr: { kind: 'opaque', name: 'net.CIDR', params: [] },
  quantity: objectType('kubernetes.Quantity'),
  semver: objectType('kubernetes.Semver'),
  url: objectType('kubernetes.URL'),
  format: objectType('kubernetes.NamedFormat'),
  authorizer: objectType('kubernetes.authorization.Authorizer'),
  pathCheck: objectType('kubernetes.authorization.PathCheck'),
  groupCheck: objectType('kubernetes.authorization.GroupCheck'),
  resourceCheck: objectType('kubernetes.authorization.ResourceCheck'),
  decision: objectType('kubernetes.authorization.Decision'),
} as const satisfies Record<string, CelType>;

const shape = /^(?:(.+?) \. )?([^\s(]+)\((.*)\) -> (.+?) {2,}(\S+)$/;

/**
 * Reads declarations, one a line: `string . size() -> int  string_size`, `lists.range(int) -> list(int)  lists_range`.
 * A type before the dot makes a member; single capitals are type parameters.
 */
export function readDeclarations(text: string): Declarations {
  const functions = new Map<string, Overload[]>();
  for (const line of text.split('\n')) {
    const trimmed = line.trim();
    if (trimmed === '') continue;
    const match = shape.exec(trimmed);
    if (match === null) throw new Error(`not a declaration: ${trimmed}`);
    const [, target, name, args, result, id] = match;
    const params = [...(target === undefined ? [] : [target]), ...splitTypes(args!)].map(readType);
    const overload: Overload = {
      id: id!,
      isMember: target !== undefined,
      params,
      result: readType(result!),
      typeParams: [...new Set(trimmed.match(/\b[A-Z]\b/g) ?? [])],
    };
    const known = functions.get(name!);
    if (known === undefined) functions.set(name!, [overload]);
    else known.push(overload);
  }
  return functions;
}

/** At commas that stand in no parentheses. */
function splitTypes(text: string): readonly string[] {
  const parts: string[] = [];
  let depth = 0;
  let part = '';
  for (const char of text) {
    if (char === ',' && depth === 0) {
      parts.push(part.trim());
      part = '';
      continue;
    }
    depth += char === '(' ? 1 : char === ')' ? -1 : 0;
    part += char;
  }
  return part.trim() === '' ? parts : [...parts, part.trim()];
}

function readType(text: string): CelType {
  const match = /^(\w+)\((.*)\)$/.exec(text);
  if (match !== null) {
    const params = splitTypes(match[2]!).map(readType);
    switch (match[1]) {
      case 'list':
        return listType(params[0]!);
      case 'map':
        return mapType(params[0]!, params[1]!);
      case 'optional':
        return optionalType(params[0]!);
      default:
        return typeType(params[0]!);
    }
  }
  if (/^[A-Z]$/.test(text)) return paramType(text);
  const known: Readonly<Record<string, CelType>> = { ...celTypes, ...libraryTypes };
  const type = known[text];
  if (type === undefined) throw new Error(`no such type: ${text}`);
  return type;
}
