import type { JsonSchema } from './json-schema.ts';

/** Where a path such as `.spec.a['b']` points to, or why it points nowhere. */
export type RuleFieldPath =
  | {
      readonly path: string;
      readonly root: string;
      readonly schema: JsonSchema | undefined;
      readonly problem?: undefined;
    }
  | { readonly problem: string };

/**
 * Reads the path of a rule's `fieldPath`, or of a selectable field: only fields and map keys that the schema knows.
 * Kubernetes: `ValidFieldPath`.
 */
export function readRuleFieldPath(text: string, schema: JsonSchema, allowsBrackets = true): RuleFieldPath {
  const tokens = splitPath(text);
  let path = '';
  let root = '';
  let here: JsonSchema | undefined = schema;
  for (let at = 0; at < tokens.length; at++) {
    const delimiter = tokens[at]!;
    if (delimiter !== '.' && delimiter !== '[') return { problem: `expected [ or . but got: ${delimiter}` };
    if (delimiter === '[' && !allowsBrackets) return { problem: 'array notation is not allowed' };
    const token = tokens[++at];
    if (token === undefined) return { problem: 'unexpected end of JSON path' };
    let name = token;
    if (delimiter === '[') {
      if (token.length < 2 || !token.startsWith("'") || !token.endsWith("'")) {
        return { problem: `expected single quoted string but got ${token}` };
      }
      name = token.slice(1, -1).replace(/\\(.)/g, '$1');
    }
    if (here?.properties !== undefined) {
      if (!Object.hasOwn(here.properties, name)) return { problem: 'does not refer to a valid field' };
      here = here.properties[name];
      path = path === '' ? name : `${path}.${name}`;
    } else if (here?.additionalProperties !== undefined) {
      here = typeof here.additionalProperties === 'object' ? here.additionalProperties : undefined;
      path = `${path}[${name}]`;
    } else return { problem: 'does not refer to a valid field' };
    if (root === '') root = name;
    if (delimiter === '[') {
      const end = tokens[++at];
      if (end === undefined) return { problem: 'unexpected end of JSON path' };
      if (end !== ']') return { problem: `expected ] but got ${end}` };
    }
  }
  return { path, root, schema: here };
}

/** Delimiters (`.`, `[`, `]`), quoted names and what stands between. */
function splitPath(text: string): readonly string[] {
  return text.match(/'(?:\\[\s\S]|[^'\\])*'?|[.[\]]|[^.[\]]+/g) ?? [];
}
