import {
  addQuantities,
  compareQuantities,
  formatQuantity,
  parseQuantity,
  type Quantity,
  quantityOf,
  quantityToNumber,
  subtractQuantities,
} from '../../quantity/index.ts';
import { type CelFailure, fail } from '../language/failure.ts';
import type { Functions } from '../language/program.ts';
import { CelObject } from '../language/values.ts';

export class CelQuantity extends CelObject {
  readonly typeName = 'kubernetes.Quantity';
  readonly quantity: Quantity;

  constructor(quantity: Quantity) {
    super();
    this.quantity = quantity;
  }

  equals(other: CelObject): boolean {
    return other instanceof CelQuantity && compareQuantities(this.quantity, other.quantity) === 0;
  }
}

const nanosPerUnit = 1_000_000_000n;
const int64Max = 2n ** 63n - 1n;
const shape = '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$';

function read(text: unknown): CelQuantity | CelFailure {
  const quantity = parseQuantity(text as string);
  return quantity === undefined
    ? fail(`quantities must match the regular expression '${shape}'`)
    : new CelQuantity(quantity);
}

function isInteger({ quantity: { nanos } }: CelQuantity): boolean {
  const units = nanos / nanosPerUnit;
  return nanos % nanosPerUnit === 0n && units <= int64Max && units >= -int64Max - 1n;
}

function compare(one: unknown, other: unknown): number {
  return compareQuantities((one as CelQuantity).quantity, (other as CelQuantity).quantity);
}

function amountOf(value: unknown): Quantity {
  return typeof value === 'bigint' ? quantityOf(value) : (value as CelQuantity).quantity;
}

/** `quantity('1Gi').isGreaterThan(quantity('500Mi'))`. */
export const quantities: Functions = {
  quantity: read,
  isQuantity: text => read(text) instanceof CelQuantity,
  sign: value => {
    const { nanos } = (value as CelQuantity).quantity;
    return nanos > 0n ? 1n : nanos < 0n ? -1n : 0n;
  },
  isInteger: value => isInteger(value as CelQuantity),
  asInteger: value =>
    isInteger(value as CelQuantity)
      ? (value as CelQuantity).quantity.nanos / nanosPerUnit
      : fail('cannot convert value to integer'),
  asApproximateFloat: value => quantityToNumber(formatQuantity((value as CelQuantity).quantity)),
  add: (one, other) => new CelQuantity(addQuantities((one as CelQuantity).quantity, amountOf(other))),
  sub: (one, other) => new CelQuantity(subtractQuantities((one as CelQuantity).quantity, amountOf(other))),
};

/** Quantities have functions of the same names as versions. */
export const quantityOrder = { compare };
