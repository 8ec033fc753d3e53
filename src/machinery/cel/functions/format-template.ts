import { type CelFailure, fail } from '../language/failure.ts';
import { encodeUtf8 } from '../language/literals.ts';
import { CelDuration, CelTimestamp, CelTypeValue, CelUint, isList, isMap, itemsOf } from '../language/values.ts';
import { formatCelDuration, formatCelTimestamp } from './times.ts';

const clauses = /%(?:%|(?:\.(\d+))?([\s\S]))/g;

/** `'%s is %d'.format([a, b])`: cel-go's formatting. */
export function formatTemplate(template: string, values: readonly unknown[]): string | CelFailure {
  let next = 0;
  let problem: CelFailure | undefined;
  const text = template.replace(clauses, (whole, precision: string | undefined, clause: string) => {
    if (whole === '%%') return '%';
    if (next >= values.length) {
      problem ??= fail(`index ${next} out of range`);
      return '';
    }
    const formatted = formatClause(clause, precision === undefined ? 6 : Number(precision), values[next++]);
    if (typeof formatted === 'string') return formatted;
    problem ??= formatted;
    return '';
  });
  return problem ?? text;
}

function formatClause(clause: string, precision: number, value: unknown): string | CelFailure {
  switch (clause) {
    case 's':
      return formatAny(value);
    case 'd':
      return integerText(value, 10) ?? numberText(value) ?? refuse('decimal clause can only be used on integers');
    case 'f':
      return fixed(value, number => number.toFixed(precision));
    case 'e':
      return fixed(value, number => number.toExponential(precision).replace(/e([+-])(\d)$/, 'e$10$2'));
    case 'b':
      if (typeof value === 'boolean') return value ? '1' : '0';
      return integerText(value, 2) ?? refuse('only integers and bools can be formatted as binary');
    case 'o':
      return integerText(value, 8) ?? refuse('octal clause can only be used on integers');
    case 'x':
      return hexOf(value);
    case 'X': {
      const hex = hexOf(value);
      return typeof hex === 'string' ? hex.toUpperCase() : hex;
    }
    default:
      return fail(`could not parse formatting clause: unrecognized formatting clause "${clause}"`);
  }
}

function refuse(problem: string): CelFailure {
  return fail(`error during formatting: ${problem}`);
}

function integerText(value: unknown, base: number): string | undefined {
  if (typeof value === 'bigint') return value.toString(base);
  return value instanceof CelUint ? value.value.toString(base) : undefined;
}

function numberText(value: unknown): string | undefined {
  return typeof value === 'number' && Number.isInteger(value) ? String(value) : undefined;
}

function fixed(value: unknown, format: (number: number) => string): string | CelFailure {
  if (typeof value === 'number') return Number.isFinite(value) ? format(value) : infinityText(value);
  if (typeof value === 'bigint') return format(Number(value));
  return value instanceof CelUint
    ? format(Number(value.value))
    : refuse('fixed-point clause can only be used on doubles');
}

function infinityText(value: number): string {
  return Number.isNaN(value) ? 'NaN' : value > 0 ? 'Infinity' : '-Infinity';
}

function hexOf(value: unknown): string | CelFailure {
  const number = integerText(value, 16);
  if (number !== undefined) return number;
  const bytes = typeof value === 'string' ? encodeUtf8(value) : value;
  if (!(bytes instanceof Uint8Array)) return refuse('only integers, byte buffers, and strings can be formatted as hex');
  return [...bytes].map(byte => byte.toString(16).padStart(2, '0')).join('');
}

function formatAny(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return value;
    case 'bigint':
    case 'boolean':
      return String(value);
    case 'number':
      return Number.isFinite(value) ? String(value) : infinityText(value);
    default:
      return formatObject(value);
  }
}

function formatObject(value: unknown): string {
  if (value === null || value === undefined) return 'null';
  if (value instanceof CelUint) return String(value.value);
  if (value instanceof CelDuration) return formatCelDuration(value);
  if (value instanceof CelTimestamp) return formatCelTimestamp(value);
  if (value instanceof CelTypeValue) return value.name;
  if (value instanceof Uint8Array) return String.fromCharCode(...value);
  if (isList(value)) return `[${itemsOf(value).map(formatAny).join(', ')}]`;
  if (!isMap(value)) return String(value);
  const entries = value.keys().map(key => `${formatAny(key)}: ${formatAny(value.get(key))}`);
  return `{${entries.sort().join(', ')}}`;
}
