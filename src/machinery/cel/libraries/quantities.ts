import type { Environment } from '@marcbachmann/cel-js';
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

class CelQuantity {
  readonly quantity: Quantity;

  constructor(quantity: Quantity) {
    this.quantity = quantity;
  }
}

const nanosPerUnit = 1_000_000_000n;
const int64Max = 2n ** 63n - 1n;

function parse(text: string): CelQuantity {
  const quantity = parseQuantity(text);
  if (quantity === undefined) throw new Error('quantities must match the regular expression');
  return new CelQuantity(quantity);
}

function isInteger({ quantity: { nanos } }: CelQuantity): boolean {
  const units = nanos / nanosPerUnit;
  return nanos % nanosPerUnit === 0n && units <= int64Max && units >= -int64Max - 1n;
}

function asInteger(value: CelQuantity): bigint {
  if (!isInteger(value)) throw new Error('cannot convert value to integer');
  return value.quantity.nanos / nanosPerUnit;
}

function compare(left: CelQuantity, right: CelQuantity): number {
  return compareQuantities(left.quantity, right.quantity);
}

/** Kubernetes' quantities: `quantity('1Gi').isGreaterThan(quantity('500Mi'))`. */
export function registerQuantities(environment: Environment): void {
  const type = 'kubernetes.Quantity';
  environment
    .registerType(type, { ctor: CelQuantity, fields: {} })
    .registerOperator(`${type} == ${type}`, (left: CelQuantity, right: CelQuantity) => compare(left, right) === 0)
    .registerFunction(`quantity(string): ${type}`, parse)
    .registerFunction('isQuantity(string): bool', (text: string) => parseQuantity(text) !== undefined)
    .registerFunction(`${type}.sign(): int`, ({ quantity }: CelQuantity) =>
      quantity.nanos > 0n ? 1n : quantity.nanos < 0n ? -1n : 0n,
    )
    .registerFunction(`${type}.isInteger(): bool`, isInteger)
    .registerFunction(`${type}.asInteger(): int`, asInteger)
    .registerFunction(`${type}.asApproximateFloat(): double`, ({ quantity }: CelQuantity) =>
      quantityToNumber(formatQuantity(quantity)),
    )
    .registerFunction(`${type}.isGreaterThan(${type}): bool`, (a: CelQuantity, b: CelQuantity) => compare(a, b) > 0)
    .registerFunction(`${type}.isLessThan(${type}): bool`, (a: CelQuantity, b: CelQuantity) => compare(a, b) < 0)
    .registerFunction(`${type}.compareTo(${type}): int`, (a: CelQuantity, b: CelQuantity) => BigInt(compare(a, b)))
    .registerFunction(
      `${type}.add(${type}): ${type}`,
      (a: CelQuantity, b: CelQuantity) => new CelQuantity(addQuantities(a.quantity, b.quantity)),
    )
    .registerFunction(
      `${type}.add(int): ${type}`,
      (a: CelQuantity, b: bigint) => new CelQuantity(addQuantities(a.quantity, quantityOf(b))),
    )
    .registerFunction(
      `${type}.sub(${type}): ${type}`,
      (a: CelQuantity, b: CelQuantity) => new CelQuantity(subtractQuantities(a.quantity, b.quantity)),
    )
    .registerFunction(
      `${type}.sub(int): ${type}`,
      (a: CelQuantity, b: bigint) => new CelQuantity(subtractQuantities(a.quantity, quantityOf(b))),
    );
}
