import type { Environment } from '@marcbachmann/cel-js';

type Comparable = bigint | number | string | boolean | Date;

/** Types that have an order, and what they are called. */
const ordered = [
  'int',
  'uint',
  'double',
  'bool',
  'string',
  'bytes',
  'google.protobuf.Duration',
  'google.protobuf.Timestamp',
];

function sumOf(list: readonly unknown[]): unknown {
  if (list.length === 0) return 0n;
  return typeof list[0] === 'bigint'
    ? (list as bigint[]).reduce((sum, item) => sum + item, 0n)
    : (list as number[]).reduce((sum, item) => sum + item, 0);
}

function isSorted(list: readonly Comparable[]): boolean {
  return list.every((item, index) => index === 0 || list[index - 1]! <= item);
}

function extreme(
  list: readonly Comparable[],
  isBetter: (a: Comparable, b: Comparable) => boolean,
  name: string,
): Comparable {
  if (list.length === 0) throw new Error(`${name} called on empty list`);
  return list.reduce((best, item) => (isBetter(item, best) ? item : best));
}

function isSame(left: unknown, right: unknown): boolean {
  return left === right || JSON.stringify(left, plain) === JSON.stringify(right, plain);
}

function plain(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? `${value}n` : value;
}

function distinct(list: readonly unknown[]): unknown[] {
  return list.filter((item, index) => list.findIndex(other => isSame(other, item)) === index);
}

function flatten(list: readonly unknown[], depth: bigint): unknown[] {
  if (depth < 0n) throw new Error('level must be non-negative');
  return list.flat(Number(depth)) as unknown[];
}

function slice(list: readonly unknown[], start: bigint, end: bigint): unknown[] {
  if (start < 0n || end < 0n) throw new Error(`cannot slice(${start}, ${end}), negative indexes not supported`);
  if (start > end)
    throw new Error(`cannot slice(${start}, ${end}), start index must be less than or equal to end index`);
  if (end > BigInt(list.length)) throw new Error(`cannot slice(${start}, ${end}), list is length ${list.length}`);
  return list.slice(Number(start), Number(end));
}

/** Kubernetes' own list functions, and those of cel-go's list extension that are no macros. */
export function registerLists(environment: Environment): void {
  for (const type of ordered) {
    environment
      .registerFunction(`list<${type}>.isSorted(): bool`, isSorted)
      .registerFunction(`list<${type}>.min(): ${type}`, (list: Comparable[]) => extreme(list, (a, b) => a < b, 'min'))
      .registerFunction(`list<${type}>.max(): ${type}`, (list: Comparable[]) => extreme(list, (a, b) => a > b, 'max'))
      .registerFunction(`list<${type}>.sort(): list<${type}>`, (list: Comparable[]) =>
        [...list].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0)),
      );
  }
  for (const type of ['int', 'double']) environment.registerFunction(`list<${type}>.sum(): ${type}`, sumOf);
  environment
    .registerFunction('list<A>.indexOf(A): int', (list: unknown[], item) =>
      BigInt(list.findIndex(other => isSame(other, item))),
    )
    .registerFunction('list<A>.lastIndexOf(A): int', (list: unknown[], item) =>
      BigInt(list.findLastIndex(other => isSame(other, item))),
    )
    .registerFunction('list<A>.distinct(): list<A>', distinct)
    .registerFunction('list<A>.reverse(): list<A>', (list: unknown[]) => [...list].reverse())
    .registerFunction('list<A>.slice(int, int): list<A>', slice)
    .registerFunction('list<dyn>.flatten(): list<dyn>', (list: unknown[]) => flatten(list, 1n))
    .registerFunction('list<dyn>.flatten(int): list<dyn>', flatten);
}
