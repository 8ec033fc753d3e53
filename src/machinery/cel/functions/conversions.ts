import { parseGoDuration } from '../../duration/index.ts';
import { fail } from '../language/failure.ts';
import { decodeUtf8, encodeUtf8 } from '../language/literals.ts';
import type { Functions } from '../language/program.ts';
import { CelDuration, CelTimestamp, CelUint, typeNameOf } from '../language/values.ts';
import { toInt, toUint } from './operators.ts';
import { formatCelDuration, formatCelTimestamp, readTimestamp } from './times.ts';

const nanosPerSecond = 1_000_000_000n;

function refuse(value: unknown, to: string): unknown {
  return fail(`type conversion error from '${typeNameOf(value)}' to '${to}'`);
}

function convertToInt(value: unknown): unknown {
  if (typeof value === 'bigint') return value;
  if (value instanceof CelUint) return toInt(value.value);
  if (typeof value === 'number') {
    return Number.isFinite(value) ? toInt(BigInt(Math.trunc(value))) : fail('integer overflow');
  }
  if (value instanceof CelTimestamp) return floorDivide(value.nanos, nanosPerSecond);
  if (value instanceof CelDuration) return value.nanos;
  return typeof value === 'string' && /^[+-]?\d+$/.test(value) ? toInt(BigInt(value)) : refuse(value, 'int');
}

function floorDivide(value: bigint, by: bigint): bigint {
  const quotient = value / by;
  return value % by < 0n ? quotient - 1n : quotient;
}

function convertToUint(value: unknown): unknown {
  if (value instanceof CelUint) return value;
  if (typeof value === 'bigint') return toUint(value);
  if (typeof value === 'number') {
    return Number.isFinite(value) ? toUint(BigInt(Math.trunc(value))) : fail('unsigned integer overflow');
  }
  return typeof value === 'string' && /^\d+$/.test(value) ? toUint(BigInt(value)) : refuse(value, 'uint');
}

function convertToDouble(value: unknown): unknown {
  if (typeof value === 'number') return value;
  if (typeof value === 'bigint') return Number(value);
  if (value instanceof CelUint) return Number(value.value);
  const number = typeof value === 'string' && value.trim() === value && value !== '' ? Number(value) : Number.NaN;
  return Number.isNaN(number) ? refuse(value, 'double') : number;
}

function convertToString(value: unknown): unknown {
  switch (typeof value) {
    case 'string':
      return value;
    case 'bigint':
    case 'boolean':
      return String(value);
    case 'number':
      return formatDouble(value);
    default:
      break;
  }
  if (value instanceof CelUint) return String(value.value);
  if (value instanceof CelDuration) return formatCelDuration(value);
  if (value instanceof CelTimestamp) return formatCelTimestamp(value);
  if (value instanceof Uint8Array) return decodeUtf8(value) ?? fail('invalid UTF-8 in bytes, cannot convert to string');
  return value instanceof Object && 'toText' in value ? (value.toText as () => string)() : refuse(value, 'string');
}

/** Go's `%g`: the shortest form, with an exponent below 1e-4 and from 1e6 on. */
export function formatDouble(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return '+Inf';
  if (value === Number.NEGATIVE_INFINITY) return '-Inf';
  if (Object.is(value, -0)) return '-0';
  const scientific = value.toExponential();
  const exponent = Number(scientific.slice(scientific.indexOf('e') + 1));
  if (value === 0 || (exponent >= -4 && exponent < 6)) return String(value);
  return scientific.replace(/e([+-])(\d)$/, 'e$10$2');
}

function convertToDuration(value: unknown): unknown {
  if (value instanceof CelDuration) return value;
  if (typeof value === 'bigint') return new CelDuration(value);
  const nanos = typeof value === 'string' ? readDuration(value) : undefined;
  return nanos === undefined ? refuse(value, 'google.protobuf.Duration') : new CelDuration(nanos);
}

/** Nanoseconds of a Go duration such as `1h30m`; undefined when it is none. */
export function readDuration(text: string): bigint | undefined {
  const nanos = parseGoDuration(text);
  // Go: a duration has 64 bits.
  return nanos === undefined || Math.abs(nanos) >= 2 ** 63 ? undefined : BigInt(nanos);
}

function convertToTimestamp(value: unknown): unknown {
  if (value instanceof CelTimestamp) return value;
  if (typeof value === 'bigint') return new CelTimestamp(value * nanosPerSecond);
  const nanos = typeof value === 'string' ? readTimestamp(value) : undefined;
  return nanos === undefined ? refuse(value, 'google.protobuf.Timestamp') : new CelTimestamp(nanos);
}

function convertToBool(value: unknown): unknown {
  if (typeof value === 'boolean') return value;
  if (typeof value === 'string' && /^(?:1|t|T|true|TRUE|True)$/.test(value)) return true;
  if (typeof value === 'string' && /^(?:0|f|F|false|FALSE|False)$/.test(value)) return false;
  return refuse(value, 'bool');
}

/** `int('1')`, `string(1.5)`, `duration('1h')`. */
export const conversions: Functions = {
  int: convertToInt,
  uint: convertToUint,
  double: convertToDouble,
  string: convertToString,
  bytes: value => (value instanceof Uint8Array ? value : encodeUtf8(value as string)),
  bool: convertToBool,
  duration: convertToDuration,
  timestamp: convertToTimestamp,
};
