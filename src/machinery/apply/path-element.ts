import { compareText, isJsonObject, quoteGo } from '../json/index.ts';

/**
 * One step of a path in a field set, in the encoded form that `fieldsV1` uses: `f:name` a field, `k:{"name":"a"}` a list
 * item by its keys, `v:"x"` a set's item, `i:0` an index. `.` stands for the node itself.
 */
export type PathElement = string;

/** The node itself is owned, not only what is in it. */
export const self = '.';

/** The element of a set's item. */
export function encodeValueElement(value: unknown): PathElement {
  return `v:${encodeJson(value)}`;
}

/** The element of a list item; `keys` in the order of the schema. Keys are sorted. */
export function encodeKeyElement(keys: readonly (readonly [name: string, value: unknown])[]): PathElement {
  if (keys.length === 1) return `k:{${encodeJson(keys[0]![0])}:${encodeJson(keys[0]![1])}}`;
  const sorted = keys.toSorted((left, right) => compareText(left[0], right[0]));
  return `k:{${sorted.map(([name, value]) => `${encodeJson(name)}:${encodeJson(value)}`).join(',')}}`;
}

const htmlCharacters = /[<>&\u2028\u2029]/;

/** Go escapes these in JSON, and elements are compared as text. */
function encodeJson(value: unknown): string {
  const text = JSON.stringify(value);
  if (!htmlCharacters.test(text)) return text;
  return text.replace(/[<>&\u2028\u2029]/g, char => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** How upstream prints an element in a path: `.name`, `[name="a"]`, `[="x"]`, `[0]`. */
export function formatPathElement(element: PathElement): string {
  const body = element.slice(2);
  switch (element[0]) {
    case 'f':
      return `.${body}`;
    case 'k': {
      const keys = JSON.parse(body) as Record<string, unknown>;
      return `[${Object.keys(keys)
        .map(name => `${name}=${formatValue(keys[name])}`)
        .join(',')}]`;
    }
    case 'v':
      return `[=${formatValue(JSON.parse(body))}]`;
    default:
      return `[${body}]`;
  }
}

function formatValue(value: unknown): string {
  if (value === null || value === undefined) return 'null';
  return typeof value === 'string' ? quoteGo(value) : isJsonObject(value) ? JSON.stringify(value) : String(value);
}

const ranks: Readonly<Record<string, number>> = { '.': 0, f: 1, k: 2, v: 3, i: 4 };

/** The order in which upstream writes elements: fields, keyed items, values, indexes. */
export function comparePathElements(left: PathElement, right: PathElement): number {
  const rank = ranks[left[0]!]! - ranks[right[0]!]!;
  if (rank !== 0) return rank;
  if (left === right) return 0;
  if (left[0] === 'k') return compareKeys(left.slice(2), right.slice(2));
  if (left[0] === 'i') return Number(left.slice(2)) - Number(right.slice(2));
  return compareText(left, right);
}

function compareKeys(left: string, right: string): number {
  const start = left.indexOf('":"') + 3;
  // Nearly every list has one key, a plain text: no need to parse.
  if (isPlainFrom(start, left) && isPlainFrom(start, right) && right.startsWith(left.slice(0, start))) {
    return compareText(left.slice(start, -2), right.slice(start, -2));
  }
  const one = Object.entries(JSON.parse(left) as Record<string, unknown>);
  const other = Object.entries(JSON.parse(right) as Record<string, unknown>);
  for (let index = 0; index < Math.min(one.length, other.length); index++) {
    const byName = compareText(one[index]![0], other[index]![0]);
    if (byName !== 0) return byName;
    const byValue = compareScalars(one[index]![1], other[index]![1]);
    if (byValue !== 0) return byValue;
  }
  return one.length - other.length;
}

/** Whether what stands from `start` on is a text without escapes, and then the end: `Ready"}`. */
function isPlainFrom(start: number, keys: string): boolean {
  return start > 2 && keys.indexOf('"', start) === keys.length - 2 && !keys.includes('\\');
}

function compareScalars(left: unknown, right: unknown): number {
  if (typeof left === 'number' && typeof right === 'number') return left - right;
  return compareText(String(left), String(right));
}
