import { compareValues, isEqual } from '../language/equality.ts';
import { type CelFailure, fail, noSuchOverload } from '../language/failure.ts';
import type { Functions } from '../language/program.ts';
import { sizeOf } from '../language/sizes.ts';
import {
  CelDuration,
  CelKeyedList,
  CelLiteralMap,
  CelOptional,
  CelTimestamp,
  CelTypeValue,
  CelUint,
  isList,
  isMap,
  itemsOf,
  typeNameOf,
} from '../language/values.ts';

const int64Max = 2n ** 63n - 1n;

export function toInt(value: bigint): bigint | CelFailure {
  return value > int64Max || value < -int64Max - 1n ? fail('integer overflow') : value;
}

export function toUint(value: bigint): CelUint | CelFailure {
  return value < 0n || value >= 1n << 64n ? fail('unsigned integer overflow') : new CelUint(value);
}

function toDuration(nanos: bigint): CelDuration | CelFailure {
  return nanos > int64Max || nanos < -int64Max - 1n ? fail('integer overflow') : new CelDuration(nanos);
}

/** Years 1 to 9999. */
const firstNanos = -62_135_596_800_000_000_000n;
const endNanos = 253_402_300_800_000_000_000n;

function toTimestamp(nanos: bigint): CelTimestamp | CelFailure {
  return nanos < firstNanos || nanos >= endNanos ? fail('timestamp overflow') : new CelTimestamp(nanos);
}

type IntArithmetic = (left: bigint, right: bigint) => bigint | CelFailure;

/** Arithmetic of two integers of a kind; undefined for anything else. */
function integers(left: unknown, right: unknown, compute: IntArithmetic): unknown {
  if (typeof left === 'bigint' && typeof right === 'bigint') {
    const result = compute(left, right);
    return typeof result === 'bigint' ? toInt(result) : result;
  }
  if (!(left instanceof CelUint) || !(right instanceof CelUint)) return undefined;
  const result = compute(left.value, right.value);
  return typeof result === 'bigint' ? toUint(result) : result;
}

function add(left: unknown, right: unknown): unknown {
  if (typeof left === 'string' && typeof right === 'string') return left + right;
  if (typeof left === 'number' && typeof right === 'number') return left + right;
  if (isList(left) && isList(right)) return addLists(left, right);
  if (left instanceof Uint8Array && right instanceof Uint8Array) return Uint8Array.from([...left, ...right]);
  if (left instanceof CelDuration && right instanceof CelDuration) return toDuration(left.nanos + right.nanos);
  if (left instanceof CelTimestamp && right instanceof CelDuration) return toTimestamp(left.nanos + right.nanos);
  if (left instanceof CelDuration && right instanceof CelTimestamp) return toTimestamp(left.nanos + right.nanos);
  return integers(left, right, (one, other) => one + other) ?? noSuchOverload;
}

/** Kubernetes: a set takes what it has not got, a list with keys takes over what it has. */
function addLists(left: readonly unknown[] | CelKeyedList, right: readonly unknown[] | CelKeyedList): unknown {
  const more = itemsOf(right);
  if (!(left instanceof CelKeyedList)) return [...left, ...more];
  const { items, keyOf, listType } = left;
  if (listType === 'set') {
    const fresh = more.filter(item => !items.some(known => isEqual(known, item)));
    return new CelKeyedList([...items, ...fresh], keyOf, listType);
  }
  const merged = new Map(items.map(item => [keyOf(item), item]));
  for (const item of more) merged.set(keyOf(item), item);
  return new CelKeyedList([...merged.values()], keyOf, listType);
}

function subtract(left: unknown, right: unknown): unknown {
  if (typeof left === 'number' && typeof right === 'number') return left - right;
  if (left instanceof CelDuration && right instanceof CelDuration) return toDuration(left.nanos - right.nanos);
  if (left instanceof CelTimestamp && right instanceof CelTimestamp) return toDuration(left.nanos - right.nanos);
  if (left instanceof CelTimestamp && right instanceof CelDuration) return toTimestamp(left.nanos - right.nanos);
  return integers(left, right, (one, other) => one - other) ?? noSuchOverload;
}

function order(decide: (difference: number) => boolean): (left: unknown, right: unknown) => unknown {
  return (left, right) => {
    const difference = compareValues(left, right);
    return difference === undefined ? noSuchOverload : decide(difference);
  };
}

function index(container: unknown, key: unknown): unknown {
  if (container instanceof CelOptional) return container.hasValue ? optionalIndex(container.value, key) : container;
  if (isList(container)) {
    const items = itemsOf(container);
    const at = key instanceof CelUint ? Number(key.value) : Number(key);
    if (typeof key !== 'bigint' && typeof key !== 'number' && !(key instanceof CelUint)) {
      return fail(`unsupported index type '${typeNameOf(key)}' in list`);
    }
    if (!Number.isInteger(at)) return fail(`unsupported index value ${at} in list`);
    return at >= 0 && at < items.length ? items[at] : fail(`index out of bounds: ${at}`);
  }
  // Kubernetes: what has no keys has not got this one either.
  const value = isMap(container) ? container.get(key) : undefined;
  return value === undefined ? fail(`no such key: ${key instanceof CelUint ? key.value : String(key)}`) : value;
}

function optionalIndex(container: unknown, key: unknown): unknown {
  const inner = container instanceof CelOptional ? container.value : container;
  if (isList(inner)) {
    const items = itemsOf(inner);
    const at = Number(key);
    return at >= 0 && at < items.length ? CelOptional.of(items[at]) : CelOptional.none;
  }
  const value = isMap(inner) ? inner.get(key) : undefined;
  return value === undefined ? CelOptional.none : CelOptional.of(value);
}

function contains(value: unknown, container: unknown): unknown {
  if (isList(container)) return itemsOf(container).some(item => isEqual(item, value));
  return isMap(container) ? container.has(value) : noSuchOverload;
}

function insert(map: unknown, ...entry: readonly unknown[]): unknown {
  const into = map as CelLiteralMap;
  if (entry.length === 2) return insertOne(into, entry[0], entry[1]);
  const more = entry[0];
  if (!isMap(more)) return noSuchOverload;
  let result: CelLiteralMap | CelFailure = into;
  for (const key of more.keys()) {
    result = insertOne(result, key, more.get(key));
    if (!(result instanceof CelLiteralMap)) return result;
  }
  return result;
}

function insertOne(map: CelLiteralMap, key: unknown, value: unknown): CelLiteralMap | CelFailure {
  return map.has(key) ? fail(`insert failed: key ${String(key)} already exists`) : map.with(key, value);
}

function isZero(value: unknown): boolean {
  if (value === null || value === false || value === '' || value === 0 || value === 0n) return true;
  if (value instanceof CelUint) return value.value === 0n;
  if (value instanceof CelDuration || value instanceof CelTimestamp) return value.nanos === 0n;
  if (isList(value) || isMap(value) || value instanceof Uint8Array) return sizeOf(value) === 0;
  return false;
}

/** What the language itself has: operators, sizes, optional values. */
export const operators: Functions = {
  '!_': value => (typeof value === 'boolean' ? !value : noSuchOverload),
  '-_': value => (typeof value === 'number' ? -value : typeof value === 'bigint' ? toInt(-value) : noSuchOverload),
  '_==_': isEqual,
  '_!=_': (left, right) => !isEqual(left, right),
  '_+_': add,
  '_-_': subtract,
  '_*_': (left, right) =>
    typeof left === 'number' && typeof right === 'number'
      ? left * right
      : (integers(left, right, (one, other) => one * other) ?? noSuchOverload),
  '_/_': (left, right) =>
    typeof left === 'number' && typeof right === 'number'
      ? left / right
      : (integers(left, right, (one, other) => (other === 0n ? fail('division by zero') : one / other)) ??
        noSuchOverload),
  '_%_': (left, right) =>
    integers(left, right, (one, other) => (other === 0n ? fail('modulus by zero') : one % other)) ?? noSuchOverload,
  '_<_': order(difference => difference < 0),
  '_<=_': order(difference => difference <= 0),
  '_>_': order(difference => difference > 0),
  '_>=_': order(difference => difference >= 0),
  '_[_]': index,
  '_[?_]': optionalIndex,
  '@in': contains,
  'cel.@mapInsert': insert,
  dyn: value => value,
  type: value => new CelTypeValue(typeNameOf(value)),
  size: value => BigInt(sizeOf(value)),
  'optional.of': value => CelOptional.of(value),
  'optional.ofNonZeroValue': value => (isZero(value) ? CelOptional.none : CelOptional.of(value)),
  'optional.none': () => CelOptional.none,
  'optional.unwrap': unwrap,
  unwrapOpt: unwrap,
  value: optional => {
    const { hasValue, value } = optional as CelOptional;
    return hasValue ? value : fail('optional.none() dereference');
  },
  hasValue: optional => (optional as CelOptional).hasValue,
  first: list => optionalItem(itemsOf(list), 0),
  last: list => optionalItem(itemsOf(list), itemsOf(list).length - 1),
};

function optionalItem(items: readonly unknown[], at: number): CelOptional {
  return at < 0 || at >= items.length ? CelOptional.none : CelOptional.of(items[at]);
}

function unwrap(list: unknown): unknown {
  return itemsOf(list).flatMap(item => (item instanceof CelOptional && item.hasValue ? [item.value] : []));
}
