import { compareValues, isEqual } from '../language/equality.ts';
import { CelFailure, fail, noSuchOverload } from '../language/failure.ts';
import type { Functions } from '../language/program.ts';
import { isList, itemsOf } from '../language/values.ts';
import { operators } from './operators.ts';
import { textSearch } from './strings.ts';

/** Kubernetes: no list that a rule makes is longer than what a request may hold. */
const rangeMax = 3 * 1024 * 1024;

function isSorted(list: unknown): unknown {
  const items = itemsOf(list);
  return items.every((item, index) => index === 0 || (compareValues(items[index - 1], item) ?? 0) <= 0);
}

function sum(list: unknown): unknown {
  const [first, ...rest] = itemsOf(list);
  if (first === undefined) return 0n;
  return rest.reduce((total, item) => (total instanceof CelFailure ? total : operators['_+_']!(total, item)), first);
}

function extreme(name: 'min' | 'max', sign: number): (list: unknown) => unknown {
  return list => {
    const items = itemsOf(list);
    if (items.length === 0) return fail(`${name} called on empty list`);
    return items.reduce((best, item) => ((compareValues(item, best) ?? 0) * sign > 0 ? item : best));
  };
}

function indexIn(list: unknown, value: unknown, from?: unknown): unknown {
  if (typeof list === 'string') return textSearch.indexOf(list, value, from);
  return BigInt(itemsOf(list).findIndex(item => isEqual(item, value)));
}

function lastIndexIn(list: unknown, value: unknown, from?: unknown): unknown {
  if (typeof list === 'string') return textSearch.lastIndexOf(list, value, from);
  return BigInt(itemsOf(list).findLastIndex(item => isEqual(item, value)));
}

function slice(list: unknown, from: unknown, to: unknown): unknown {
  const items = itemsOf(list);
  const [start, end] = [Number(from), Number(to)];
  const problem = (why: string): unknown => fail(`cannot slice(${start}, ${end}), ${why}`);
  if (start < 0 || end < 0) return problem('negative indexes not supported');
  if (start > end) return problem('start index must be less than or equal to end index');
  return items.length < end ? problem(`list is length ${items.length}`) : items.slice(start, end);
}

function flatten(list: unknown, depth: unknown = 1n): unknown {
  const levels = Number(depth);
  if (levels < 0) return fail('level must be non-negative');
  return itemsOf(list).flatMap(item =>
    isList(item) && levels > 0 ? (flatten(item, BigInt(levels - 1)) as readonly unknown[]) : [item],
  );
}

function distinct(list: unknown): unknown {
  const found: unknown[] = [];
  for (const item of itemsOf(list)) if (!found.some(known => isEqual(known, item))) found.push(item);
  return found;
}

function sortByKeys(list: unknown, keys: unknown): unknown {
  const items = itemsOf(list);
  const sortKeys = itemsOf(keys);
  if (sortKeys.some(key => compareValues(key, sortKeys[0]) === undefined)) {
    return fail('list elements must have the same type');
  }
  const order = [...items.keys()].sort((one, other) => compareValues(sortKeys[one], sortKeys[other]) ?? 0);
  return order.map(index => items[index]);
}

function containsAll(list: unknown, part: unknown): boolean {
  return itemsOf(part).every(item => itemsOf(list).some(known => isEqual(known, item)));
}

function countTo(count: unknown): unknown {
  const length = Number(count);
  if (length > rangeMax) return fail(`lists.range: ${length} is too many`);
  return length < 0 ? [] : Array.from({ length }, (_, index) => BigInt(index));
}

/** Kubernetes' functions of lists, cel-go's list extension (version 3), and its sets. */
export const lists: Functions = {
  isSorted,
  sum,
  min: extreme('min', -1),
  max: extreme('max', 1),
  indexOf: indexIn,
  lastIndexOf: lastIndexIn,
  slice,
  flatten,
  distinct,
  reverse: list => (isList(list) ? itemsOf(list).toReversed() : noSuchOverload),
  sort: list => sortByKeys(list, list),
  '@sortByAssociatedKeys': sortByKeys,
  'lists.range': countTo,
  'sets.contains': containsAll,
  'sets.equivalent': (one, other) => containsAll(one, other) && containsAll(other, one),
  'sets.intersects': (one, other) => itemsOf(one).some(item => itemsOf(other).some(each => isEqual(item, each))),
};
