import { parseQuantity } from './quantity.ts';

const multipliers: ReadonlyMap<string, number> = new Map([
  ['', 1],
  ['n', 1e-9],
  ['u', 1e-6],
  ['m', 1e-3],
  ['k', 1e3],
  ['M', 1e6],
  ['G', 1e9],
  ['T', 1e12],
  ['P', 1e15],
  ['E', 1e18],
  ['Ki', 2 ** 10],
  ['Mi', 2 ** 20],
  ['Gi', 2 ** 30],
  ['Ti', 2 ** 40],
  ['Pi', 2 ** 50],
  ['Ei', 2 ** 60],
]);

/** The longest run of digits that a double holds exactly. */
const safeDigits = 15;

/** Reads `digits suffix` without a fraction or an exponent; undefined for every other form. */
function readPlain(text: string): { digits: number; multiplier: number; suffix: string } | undefined {
  let end = 0;
  let digits = 0;
  while (end < text.length) {
    const code = text.charCodeAt(end) - 48;
    if (code < 0 || code > 9) break;
    digits = digits * 10 + code;
    end++;
  }
  if (end === 0 || end > safeDigits) return undefined;
  const suffix = text.slice(end);
  const multiplier = multipliers.get(suffix);
  return multiplier === undefined ? undefined : { digits, multiplier, suffix };
}

/** The value as a double (cores, bytes); NaN for what is no quantity. Exact up to 2^53. */
export function quantityToNumber(input: string | number | undefined): number {
  if (input === undefined) return 0;
  if (typeof input === 'number') return input;
  const plain = readPlain(input);
  if (plain !== undefined) {
    if (plain.suffix === 'm') return plain.digits / 1000;
    return plain.digits * plain.multiplier;
  }
  const quantity = parseQuantity(input);
  return quantity === undefined ? Number.NaN : Number(quantity.nanos) / 1e9;
}

/** Thousandths, rounded up (away from zero). Kubernetes: `MilliValue`. NaN for what is no quantity. */
export function quantityToMilli(input: string | number | undefined): number {
  if (input === undefined) return 0;
  if (typeof input === 'string') {
    const plain = readPlain(input);
    if (plain !== undefined) {
      if (plain.suffix === 'm') return plain.digits;
      if (plain.multiplier >= 1) return plain.digits * plain.multiplier * 1000;
    }
  }
  const quantity = parseQuantity(input);
  return quantity === undefined ? Number.NaN : Number(divideAwayFromZero(quantity.nanos, 1_000_000n));
}

/**
 * Whole units, rounded up (away from zero). Kubernetes: `Value`. Differs from Kubernetes: beyond int64 the exact value,
 * where upstream's wraps around. Undefined for what is no quantity.
 */
export function quantityToBigInt(input: string | number): bigint | undefined {
  const quantity = parseQuantity(input);
  return quantity === undefined ? undefined : divideAwayFromZero(quantity.nanos, 1_000_000_000n);
}

/** Whole units, rounded up, as a double; for counts and bytes. NaN for what is no quantity. */
export function quantityToInteger(input: string | number | undefined): number {
  if (input === undefined) return 0;
  if (typeof input === 'string') {
    const plain = readPlain(input);
    if (plain !== undefined && plain.multiplier >= 1) return plain.digits * plain.multiplier;
  }
  const value = quantityToBigInt(input);
  return value === undefined ? Number.NaN : Number(value);
}

function divideAwayFromZero(value: bigint, by: bigint): bigint {
  const quotient = value / by;
  const rest = value % by;
  if (rest === 0n) return quotient;
  return value > 0n ? quotient + 1n : quotient - 1n;
}
