import {
  addQuantities,
  compareQuantities,
  formatQuantity,
  parseQuantity,
  type Quantity,
  subtractQuantities,
} from '../../machinery/index.ts';

/** Quantities by resource name: `{ "requests.cpu": "500m", pods: "3" }`. */
export type Amounts = Readonly<Record<string, string>>;

const zero = parseQuantity('0')!;

/** A text that is no quantity counts for nothing. */
export function quantityIn(amounts: Amounts | undefined, name: string): Quantity {
  return parseQuantity(amounts?.[name] ?? '0') ?? zero;
}

/** The sums, of every resource that either names. */
export function addAmounts(left: Amounts, right: Amounts): Amounts {
  const sums: Record<string, string> = { ...left };
  for (const name in right) {
    sums[name] = formatQuantity(addQuantities(quantityIn(right, name), quantityIn(left, name)));
  }
  return sums;
}

/** What `left` has more than `right`; nothing where it has less. */
export function subtractAmounts(left: Amounts, right: Amounts): Amounts {
  const rest: Record<string, string> = {};
  for (const name in left) {
    const difference = subtractQuantities(quantityIn(left, name), quantityIn(right, name));
    rest[name] = compareQuantities(difference, zero) < 0 ? '0' : formatQuantity(difference);
  }
  return rest;
}

export function pickAmounts(amounts: Amounts, names: readonly string[]): Amounts {
  const picked: Record<string, string> = {};
  for (const name of names) if (amounts[name] !== undefined) picked[name] = amounts[name];
  return picked;
}

export function withoutZeros(amounts: Amounts): Amounts {
  const names = Object.keys(amounts).filter(name => compareQuantities(quantityIn(amounts, name), zero) !== 0);
  return pickAmounts(amounts, names);
}

export function isSameAmounts(left: Amounts | undefined, right: Amounts): boolean {
  if (left === undefined || Object.keys(left).length !== Object.keys(right).length) return false;
  return Object.keys(right).every(
    name => left[name] !== undefined && compareQuantities(quantityIn(left, name), quantityIn(right, name)) === 0,
  );
}

/** `cpu=500m,pods=1`, by name. */
export function formatAmounts(amounts: Amounts): string {
  return Object.keys(amounts)
    .sort()
    .map(name => `${name}=${formatQuantity(quantityIn(amounts, name))}`)
    .join(',');
}
