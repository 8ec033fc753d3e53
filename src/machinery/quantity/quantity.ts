import { interpretSuffix, type QuantityFormat, suffixFor } from './suffix.ts';

/**
 * A parsed resource quantity. Kubernetes: `resource.Quantity`. Exact: the value is a whole number of nano-units, and
 * what is finer was rounded up (away from zero) when parsing, as upstream does.
 */
export interface Quantity {
  readonly nanos: bigint;
  /** How it prints: with 1000s, 1024s or an exponent. */
  readonly format: QuantityFormat;
  /** The text it was parsed from when upstream prints that text unchanged. */
  readonly text?: string | undefined;
}

const nanosPerUnit = 1_000_000_000n;
const int64Max = 9_223_372_036_854_775_807n;
/** An exponent beyond this would only burn memory; no real quantity comes near. */
const exponentMax = 1000;

const shape = /^([+-]?)([0-9]*)(?:\.([0-9]*))?((?:[eEinumkKMGTP]*[-+]?[0-9]*))$/;

/** Kubernetes: the texts of `ErrFormatWrong` and `ErrSuffix`. */
export const quantityProblems = {
  format: "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
  suffix: "unable to parse quantity's suffix",
} as const;

type Reading = Quantity | { readonly problem: string };

/**
 * What texts mean. A pod's amounts are looked at a dozen times on its way (defaults, validation, admission, its class),
 * and most pods ask for one of a few. Bounded, because texts are the client's to choose.
 */
const readings = new Map<string, Reading>();
const readingsMax = 1024;
const rememberedLengthMax = 24;

/** Parses a quantity, or says in upstream's words why it is none. Numbers stand for themselves, as JSON allows. */
export function readQuantity(input: string | number): Reading {
  const text = typeof input === 'number' ? String(input) : input;
  const known = readings.get(text);
  if (known !== undefined) return known;
  const reading = readText(text.trim());
  if (text.length > rememberedLengthMax) return reading;
  if (readings.size >= readingsMax) readings.clear();
  readings.set(text, reading);
  return reading;
}

function readText(text: string): Reading {
  if (text === '') return { problem: quantityProblems.format };
  const match = shape.exec(text);
  if (match === null) return { problem: quantityProblems.format };
  const digits = (match[2] ?? '').replace(/^0+/, '') || '0';
  const fraction = match[3] ?? '';
  const suffix = interpretSuffix(match[4]!);
  if (suffix === undefined || suffix.exponent > exponentMax) return { problem: quantityProblems.suffix };
  return build(text, match[1] === '-', digits, fraction, suffix);
}

function build(
  text: string,
  isNegative: boolean,
  digits: string,
  fraction: string,
  suffix: { readonly base: 2 | 10; readonly exponent: number; readonly format: QuantityFormat },
): Quantity {
  const mantissa = BigInt(digits + fraction);
  const nanos =
    suffix.base === 2
      ? divideUp((mantissa << BigInt(suffix.exponent)) * nanosPerUnit, 10n ** BigInt(fraction.length))
      : shiftDecimal(mantissa, suffix.exponent - fraction.length + 9);
  const capped = suffix.format === 'BinarySI' && nanos > int64Max * nanosPerUnit ? int64Max * nanosPerUnit : nanos;
  const format = suffix.format === 'BinarySI' && capped > 0n && capped < nanosPerUnit ? 'DecimalSI' : suffix.format;
  const keepsText = isPrintedUnchanged(digits, fraction, suffix);
  return { nanos: isNegative ? -capped : capped, format, ...(keepsText ? { text } : {}) };
}

/** Kubernetes: the fast path of ParseQuantity keeps the text of what looks canonical, even `1.500`. */
function isPrintedUnchanged(
  digits: string,
  fraction: string,
  suffix: { readonly base: 2 | 10; readonly exponent: number },
): boolean {
  const length = digits.length + fraction.length;
  if (suffix.base === 2) {
    if (fraction !== '' || 15 - length - Math.trunc((suffix.exponent * 3) / 10) - 1 < 0) return false;
    return Number(digits) % 8 !== 0;
  }
  const scale = suffix.exponent - fraction.length;
  if (18 - length < 0 || scale < -9) return false;
  const shifted = digits + fraction;
  return scale % 3 === 0 && !shifted.endsWith('000') && shifted[0] !== '0';
}

function shiftDecimal(mantissa: bigint, exponent: number): bigint {
  if (exponent >= 0) return mantissa * 10n ** BigInt(exponent);
  if (exponent < -exponentMax) return mantissa === 0n ? 0n : 1n;
  return divideUp(mantissa, 10n ** BigInt(-exponent));
}

function divideUp(value: bigint, by: bigint): bigint {
  return by === 1n ? value : (value + by - 1n) / by;
}

/** Parses a quantity; undefined for what is none. */
export function parseQuantity(input: string | number): Quantity | undefined {
  const quantity = readQuantity(input);
  return 'problem' in quantity ? undefined : quantity;
}

/** Why a text is no quantity, in upstream's words; undefined for a good one. */
export function checkQuantity(input: string | number): string | undefined {
  const quantity = readQuantity(input);
  return 'problem' in quantity ? quantity.problem : undefined;
}

/** A whole number of units as a quantity. */
export function quantityOf(units: bigint | number, format: QuantityFormat = 'DecimalSI'): Quantity {
  return { nanos: BigInt(units) * nanosPerUnit, format };
}

/** A whole number of thousandths as a quantity: `quantityOfMilli(250)` prints as `250m`. */
export function quantityOfMilli(milli: bigint | number, format: QuantityFormat = 'DecimalSI'): Quantity {
  return { nanos: BigInt(milli) * 1_000_000n, format };
}

/** The canonical text. Kubernetes: `Quantity.String`. */
export function formatQuantity(quantity: Quantity): string {
  if (quantity.text !== undefined) return quantity.text;
  if (quantity.nanos === 0n) return '0';
  if (quantity.format === 'BinarySI' && prefersBinary(quantity.nanos)) return formatBinary(quantity.nanos);
  return formatDecimal(quantity.nanos, quantity.format === 'BinarySI' ? 'DecimalSI' : quantity.format);
}

/** Kubernetes: small or fractional values print with 1000s, so that nothing is rounded away. */
function prefersBinary(nanos: bigint): boolean {
  const limit = 1024n * nanosPerUnit;
  return (nanos <= -limit || nanos >= limit) && nanos % nanosPerUnit === 0n;
}

function formatBinary(nanos: bigint): string {
  let units = nanos / nanosPerUnit;
  let exponent = 0;
  while (exponent < 60 && units % 1024n === 0n) {
    units /= 1024n;
    exponent += 10;
  }
  return `${units}${suffixFor('BinarySI', exponent)}`;
}

function formatDecimal(nanos: bigint, format: QuantityFormat): string {
  let mantissa = nanos;
  let exponent = -9;
  while (mantissa % 1000n === 0n && !(format === 'DecimalSI' && exponent === 18)) {
    mantissa /= 1000n;
    exponent += 3;
  }
  return `${mantissa}${suffixFor(format, exponent)}`;
}

/** The canonical form of a text (`1024Mi` → `1Gi`); undefined for what is no quantity. */
export function canonicalizeQuantity(input: string | number): string | undefined {
  const quantity = parseQuantity(input);
  return quantity === undefined ? undefined : formatQuantity(quantity);
}

/** Negative, zero or positive. */
export function compareQuantities(left: Quantity, right: Quantity): number {
  return left.nanos < right.nanos ? -1 : left.nanos > right.nanos ? 1 : 0;
}

/** The sum, in the left one's format unless that is zero. */
export function addQuantities(left: Quantity, right: Quantity): Quantity {
  return { nanos: left.nanos + right.nanos, format: left.nanos === 0n ? right.format : left.format };
}

/** The difference, in the left one's format unless that is zero. */
export function subtractQuantities(left: Quantity, right: Quantity): Quantity {
  return { nanos: left.nanos - right.nanos, format: left.nanos === 0n ? right.format : left.format };
}
