import type { Environment } from '@marcbachmann/cel-js';

function charAt(text: string, index: bigint): string {
  const chars = [...text];
  if (index < 0n || index > BigInt(chars.length)) throw new Error(`index out of range: ${index}`);
  return chars[Number(index)] ?? '';
}

function replace(text: string, from: string, to: string, limit: bigint): string {
  if (limit < 0n) return text.replaceAll(from, () => to);
  let rest = limit;
  return text.replaceAll(from, match => (rest-- > 0n ? to : match));
}

function formatValue(value: unknown): string {
  if (typeof value === 'string') return value;
  if (value === null || value === undefined) return 'null';
  if (value instanceof Date) return value.toISOString().replace('.000Z', 'Z');
  if (Array.isArray(value)) return `[${value.map(formatValue).join(', ')}]`;
  if (typeof value === 'object' && Object.getPrototypeOf(value) === Object.prototype) {
    return `{${Object.entries(value)
      .map(([key, item]) => `${key}: ${formatValue(item)}`)
      .sort()
      .join(', ')}}`;
  }
  return String(value);
}

function asNumber(value: unknown): number {
  return typeof value === 'bigint' ? Number(value) : (value as number);
}

function formatClause(clause: string, precision: string | undefined, value: unknown): string {
  switch (clause) {
    case 's':
      return formatValue(value);
    case 'd':
      return String(value);
    case 'f':
      return asNumber(value).toFixed(precision === undefined ? 6 : Number(precision));
    case 'e':
      return asNumber(value)
        .toExponential(precision === undefined ? 6 : Number(precision))
        .replace(/e([+-])(\d)$/, 'e$10$2');
    case 'b':
      return typeof value === 'boolean' ? (value ? '1' : '0') : (value as bigint).toString(2);
    case 'o':
      return (value as bigint).toString(8);
    case 'x':
    case 'X': {
      const hex = typeof value === 'string' ? hexOfText(value) : (value as bigint).toString(16);
      return clause === 'X' ? hex.toUpperCase() : hex;
    }
    default:
      throw new Error(`could not parse formatting clause: unrecognized formatting clause "${clause}"`);
  }
}

function hexOfText(text: string): string {
  return encodeURIComponent(text).replace(/%([0-9A-F]{2})|[^%]/g, (char, hex: string | undefined) =>
    hex === undefined ? char.charCodeAt(0).toString(16) : hex.toLowerCase(),
  );
}

function format(template: string, values: readonly unknown[]): string {
  let next = 0;
  return template.replace(/%(?:%|(?:\.(\d+))?([a-zA-Z]))/g, (whole, precision: string | undefined, clause: string) => {
    if (whole === '%%') return '%';
    if (next >= values.length) throw new Error(`index ${next} out of range`);
    return formatClause(clause, precision, values[next++]);
  });
}

const quotes: Readonly<Record<string, string>> = {
  '\u0007': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
  '\\': '\\\\',
  '"': '\\"',
};

class StringsNamespace {}

/** cel-go's string extension, version 2, as far as the library does not have it. */
export function registerStrings(environment: Environment): void {
  environment
    .registerFunction('string.charAt(int): string', charAt)
    .registerFunction('string.replace(string, string): string', (text: string, from: string, to: string) =>
      replace(text, from, to, -1n),
    )
    .registerFunction('string.replace(string, string, int): string', replace)
    .registerFunction('string.format(list<dyn>): string', format)
    .registerType('kubernetes.Strings', { ctor: StringsNamespace, fields: {} })
    .registerConstant('strings', 'kubernetes.Strings', new StringsNamespace())
    .registerFunction(
      'kubernetes.Strings.quote(string): string',
      (_: unknown, text: string) => `"${[...text].map(char => quotes[char] ?? char).join('')}"`,
    );
}
