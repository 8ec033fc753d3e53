import type { FieldSet } from './field-set.ts';

/**
 * Whether a value from a client is a set of field paths. Kubernetes: what structured-merge-diff cannot read makes all
 * entries of an object count for nothing.
 */
export function isFieldSet(value: unknown): value is FieldSet {
  if (!isPlainObject(value)) return false;
  for (const element in value) {
    if (!isPathElement(element) || !isFieldSet(value[element])) return false;
  }
  return true;
}

function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isPathElement(element: string): boolean {
  if (element === '.') return true;
  const body = element.slice(2);
  if (element[1] !== ':') return false;
  switch (element[0]) {
    case 'f':
      return true;
    case 'i':
      return /^-?\d+$/.test(body);
    case 'k':
      return isPlainObject(parse(body));
    case 'v':
      return parse(body) !== undefined;
    default:
      return false;
  }
}

/** Undefined for what is no JSON. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
