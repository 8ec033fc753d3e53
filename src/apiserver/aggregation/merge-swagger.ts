import { isDeepEqual } from '../../machinery/index.ts';

type Json = Readonly<Record<string, unknown>>;

interface Swagger extends Json {
  readonly paths?: Json;
  readonly definitions?: Json;
}

const reference = '#/definitions/';

/**
 * Adds what another server's Swagger document says of the paths under `root` to ours: those paths, and the definitions
 * that they need. A definition that has the name of a different one of ours gets another name. Kubernetes:
 * `MergeSpecsIgnorePathConflictRenamingDefinitionsAndParameters`.
 */
export function mergeSwagger(ours: Swagger, theirs: Swagger, root: string): Swagger {
  const paths = Object.fromEntries(
    Object.entries(theirs.paths ?? {}).filter(([path]) => path.startsWith(root) && ours.paths?.[path] === undefined),
  );
  const needed = collectDefinitions(paths, theirs.definitions ?? {});
  const names = chooseNames(needed, ours.definitions ?? {});
  const rename = (value: unknown): unknown => renameReferences(value, names);
  const definitions = Object.fromEntries(
    [...needed].map(([name, definition]) => [names.get(name) ?? name, rename(definition)]),
  );
  return {
    ...ours,
    paths: { ...ours.paths, ...(rename(paths) as Json) },
    definitions: { ...ours.definitions, ...definitions },
  };
}

/** The definitions that a value refers to, and those that they refer to. */
function collectDefinitions(value: unknown, definitions: Json): ReadonlyMap<string, unknown> {
  const found = new Map<string, unknown>();
  const waiting: unknown[] = [value];
  while (waiting.length > 0) {
    const next = waiting.pop();
    if (typeof next !== 'object' || next === null) continue;
    for (const [key, child] of Object.entries(next)) {
      if (key !== '$ref' || typeof child !== 'string') waiting.push(child);
      else {
        const name = child.slice(reference.length);
        if (!child.startsWith(reference) || found.has(name) || definitions[name] === undefined) continue;
        found.set(name, definitions[name]);
        waiting.push(definitions[name]);
      }
    }
  }
  return found;
}

/** New names for the definitions that differ from ours of the same name: `NAME_v2`, or the next that is free. */
function chooseNames(needed: ReadonlyMap<string, unknown>, ours: Json): ReadonlyMap<string, string> {
  const chosen = new Map<string, string>();
  for (const [name, definition] of needed) {
    if (ours[name] === undefined || isDeepEqual(ours[name], definition)) continue;
    let number = 2;
    while (ours[`${name}_v${number}`] !== undefined) number++;
    chosen.set(name, `${name}_v${number}`);
  }
  return chosen;
}

function renameReferences(value: unknown, names: ReadonlyMap<string, string>): unknown {
  if (names.size === 0 || typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(each => renameReferences(each, names));
  return Object.fromEntries(
    Object.entries(value).map(([key, child]) => {
      if (key !== '$ref' || typeof child !== 'string') return [key, renameReferences(child, names)];
      const renamed = names.get(child.slice(reference.length));
      return [key, renamed === undefined ? child : `${reference}${renamed}`];
    }),
  );
}
