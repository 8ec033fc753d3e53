import { isJsonObject } from './json-value.ts';

/** What Go's `strconv.IsPrint` calls unprintable, of what is not ASCII. */
const unprintable = /[\p{C}\p{Z}]/u;

function escapeUnicode(code: number): string {
  const digits = code.toString(16);
  return code > 0xffff ? `\\U${digits.padStart(8, '0')}` : `\\u${digits.padStart(4, '0')}`;
}

/** A text as Go's `%q` prints it. Differs from JSON in what it escapes: `<` stays, control characters are `\x01`. */
export function quoteGo(text: string): string {
  let out = '"';
  for (const char of text) {
    const code = char.codePointAt(0)!;
    if (char === '"' || char === '\\') out += `\\${char}`;
    else if (code === 0x07) out += '\\a';
    else if (code === 0x08) out += '\\b';
    else if (code === 0x0c) out += '\\f';
    else if (code === 0x0a) out += '\\n';
    else if (code === 0x0d) out += '\\r';
    else if (code === 0x09) out += '\\t';
    else if (code === 0x0b) out += '\\v';
    else if (code < 0x20 || code === 0x7f) out += `\\x${code.toString(16).padStart(2, '0')}`;
    else if (code > 0x7f && unprintable.test(char)) out += escapeUnicode(code);
    else out += char;
  }
  return `${out}"`;
}

/** A list of texts as Go's `%#v` prints a `[]string`. */
export function formatGoStrings(texts: readonly string[]): string {
  return `[]string{${texts.map(quoteGo).join(', ')}}`;
}

/** A decoded JSON value as Go's `%v` prints it: `map[a:1 b:[x y]]`. */
export function formatGoValue(value: unknown): string {
  if (value === null || value === undefined) return '<nil>';
  if (Array.isArray(value)) return `[${value.map(formatGoValue).join(' ')}]`;
  if (!isJsonObject(value)) return String(value);
  const fields = Object.keys(value).sort();
  return `map[${fields.map(key => `${key}:${formatGoValue(value[key])}`).join(' ')}]`;
}

/** How Go names the type of a decoded JSON value. */
export function goTypeOf(value: unknown): string {
  if (value === null || value === undefined) return '<nil>';
  if (Array.isArray(value)) return '[]interface {}';
  switch (typeof value) {
    case 'string':
      return 'string';
    case 'boolean':
      return 'bool';
    case 'number':
      return Number.isInteger(value) ? 'int64' : 'float64';
    default:
      return 'map[string]interface {}';
  }
}
