import { type CelFailure, fail } from '../language/failure.ts';
import { decodeUtf8, encodeUtf8 } from '../language/literals.ts';
import {
  CelDuration,
  CelTimestamp,
  CelTypeValue,
  CelUint,
  isList,
  isMap,
  itemsOf,
  typeNameOf,
} from '../language/values.ts';
import { formatDouble } from './conversions.ts';
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
      return formatAny(value) ?? refuse(stringProblem, value);
    case 'd':
      return integerText(value, 10) ?? refuse('decimal clause can only be used on integers', value);
    case 'f':
      return doubleText(value, number => fixed(number, precision)) ?? refuse(fixedProblem, value);
    case 'e':
      return doubleText(value, number => scientific(number, precision)) ?? refuse(scientificProblem, value);
    case 'b':
      if (typeof value === 'boolean') return value ? '1' : '0';
      return integerText(value, 2) ?? refuse('only integers and bools can be formatted as binary', value);
    case 'o':
      return integerText(value, 8) ?? refuse('octal clause can only be used on integers', value);
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

const stringProblem =
  'string clause can only be used on strings, bools, bytes, ints, doubles, maps, lists, types, durations, and timestamps';
const fixedProblem = 'fixed-point clause can only be used on doubles';
const scientificProblem = 'scientific clause can only be used on doubles';

function refuse(problem: string, value: unknown): CelFailure {
  return fail(`error during formatting: ${problem}, was given ${typeNameOf(value)}`);
}

function integerText(value: unknown, base: number): string | undefined {
  if (typeof value === 'bigint') return value.toString(base);
  return value instanceof CelUint ? value.value.toString(base) : undefined;
}

const namedNumbers: Readonly<Record<string, number>> = { NaN, Infinity, '-Infinity': -Infinity };

function doubleText(value: unknown, format: (number: number) => string): string | undefined {
  const number = typeof value === 'string' ? namedNumbers[value] : value;
  if (typeof number !== 'number') return undefined;
  if (Number.isFinite(number)) return format(number);
  return Number.isNaN(number) ? 'NaN' : number > 0 ? '∞' : '-∞';
}

/** Kubernetes: as American English writes numbers. */
function fixed(value: number, precision: number): string {
  const [whole = '', fraction] = value.toFixed(precision).split('.');
  const grouped = whole.replace(/\B(?=(?:\d{3})+$)/g, ',');
  return fraction === undefined ? grouped : `${grouped}.${fraction}`;
}

const superscripts: Readonly<Record<string, string>> = {
  '-': '⁻',
  '0': '⁰',
  '1': '¹',
  '2': '²',
  '3': '³',
  '4': '⁴',
  '5': '⁵',
  '6': '⁶',
  '7': '⁷',
  '8': '⁸',
  '9': '⁹',
};

function scientific(value: number, precision: number): string {
  const [mantissa = '', exponent = ''] = value.toExponential(precision).split('e');
  const digits = exponent.replace(/^\+/, '').replace(/^(-?)(\d)$/, '$10$2');
  return `${mantissa}×10${[...digits].map(digit => superscripts[digit] ?? digit).join('')}`;
}

function hexOf(value: unknown): string | CelFailure {
  const number = integerText(value, 16);
  if (number !== undefined) return number;
  const bytes = typeof value === 'string' ? encodeUtf8(value) : value;
  if (!(bytes instanceof Uint8Array)) {
    return refuse('only integers, byte buffers, and strings can be formatted as hex', value);
  }
  return [...bytes].map(byte => byte.toString(16).padStart(2, '0')).join('');
}

/** Undefined for what has no text of its own. */
function formatAny(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  if (value === null) return 'null';
  if (typeof value === 'number') return formatDouble(value);
  if (typeof value === 'bigint' || typeof value === 'boolean') return String(value);
  if (value instanceof CelUint) return String(value.value);
  if (value instanceof CelDuration) return formatCelDuration(value);
  if (value instanceof CelTimestamp) return formatCelTimestamp(value);
  if (value instanceof CelTypeValue) return value.name;
  if (value instanceof Uint8Array) return decodeUtf8(value);
  if (isList(value)) return joinAll(itemsOf(value).map(formatWithin), '[', ']');
  if (!isMap(value)) return undefined;
  const entries = value.keys().map(key => {
    const inner = formatWithin(value.get(key));
    return inner === undefined ? undefined : `${formatWithin(key)}:${inner}`;
  });
  return joinAll(entries.sort(), '{', '}');
}

function joinAll(parts: readonly (string | undefined)[], open: string, close: string): string | undefined {
  return parts.includes(undefined) ? undefined : `${open}${parts.join(', ')}${close}`;
}

/** Inside lists and maps: as CEL writes values. */
function formatWithin(value: unknown): string | undefined {
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'number') return doubleText(value, number => number.toFixed(6));
  const text = formatAny(value);
  if (text === undefined) return undefined;
  if (value instanceof Uint8Array) return `b${JSON.stringify(text)}`;
  if (value instanceof CelTimestamp) return `timestamp(${JSON.stringify(text)})`;
  return value instanceof CelDuration ? `duration(${JSON.stringify(text)})` : text;
}
