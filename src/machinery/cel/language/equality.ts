import {
  CelDuration,
  CelKeyedList,
  type CelMap,
  CelObject,
  CelOptional,
  CelTimestamp,
  CelTypeValue,
  CelUint,
  isList,
  isMap,
  itemsOf,
} from './values.ts';

/** Whether two values are equal: numbers by what they count, lists and maps by what they hold. */
export function isEqual(one: unknown, other: unknown): boolean {
  if (one === other) return true;
  const left = numberIn(one);
  if (left !== undefined) {
    const right = numberIn(other);
    // biome-ignore lint/suspicious/noDoubleEquals: an integer and a double may be the same number
    return right !== undefined && left == right;
  }
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) return false;
  if (isList(one)) return isList(other) && areListsEqual(one, other);
  if (isMap(one)) return isMap(other) && areMapsEqual(one, other);
  if (one instanceof Uint8Array) return other instanceof Uint8Array && compareBytes(one, other) === 0;
  if (one instanceof CelDuration) return other instanceof CelDuration && one.nanos === other.nanos;
  if (one instanceof CelTimestamp) return other instanceof CelTimestamp && one.nanos === other.nanos;
  if (one instanceof CelTypeValue) return other instanceof CelTypeValue && one.name === other.name;
  if (one instanceof CelOptional) {
    return (
      other instanceof CelOptional &&
      one.hasValue === other.hasValue &&
      (!one.hasValue || isEqual(one.value, other.value))
    );
  }
  return one instanceof CelObject && other instanceof CelObject && one.equals(other);
}

function numberIn(value: unknown): bigint | number | undefined {
  if (typeof value === 'bigint' || typeof value === 'number') return value;
  return value instanceof CelUint ? value.value : undefined;
}

type List = readonly unknown[] | CelKeyedList;

function areListsEqual(one: List, other: List): boolean {
  const left = itemsOf(one);
  const right = itemsOf(other);
  if (left.length !== right.length) return false;
  const keyed = one instanceof CelKeyedList ? one : other instanceof CelKeyedList ? other : undefined;
  if (keyed === undefined) return left.every((item, index) => isEqual(item, right[index]));
  // Kubernetes: the order of a set, and of a list with keys, does not count.
  if (keyed.listType === 'set') return left.every(item => right.some(each => isEqual(item, each)));
  const byKey = new Map(right.map(item => [keyed.keyOf(item), item]));
  return left.every(item => byKey.has(keyed.keyOf(item)) && isEqual(item, byKey.get(keyed.keyOf(item))));
}

function areMapsEqual(one: CelMap, other: CelMap): boolean {
  return one.size === other.size && one.keys().every(key => other.has(key) && isEqual(one.get(key), other.get(key)));
}

/** Negative, zero or positive; undefined for values that have no order between them. */
export function compareValues(one: unknown, other: unknown): number | undefined {
  const left = numberIn(one);
  const right = numberIn(other);
  if (left !== undefined && right !== undefined) return left < right ? -1 : left > right ? 1 : 0;
  if (typeof one === 'string' && typeof other === 'string') return compareText(one, other);
  if (typeof one === 'boolean' && typeof other === 'boolean') return Number(one) - Number(other);
  if (one instanceof Uint8Array && other instanceof Uint8Array) return compareBytes(one, other);
  const isTime = one instanceof CelTimestamp && other instanceof CelTimestamp;
  if (!isTime && !(one instanceof CelDuration && other instanceof CelDuration)) return undefined;
  const { nanos } = one;
  return nanos < other.nanos ? -1 : nanos > other.nanos ? 1 : 0;
}

/** By code points: UTF-16 units would put astral characters before others. */
function compareText(one: string, other: string): number {
  if (one === other) return 0;
  const left = [...one];
  const right = [...other];
  for (let i = 0; i < left.length && i < right.length; i++) {
    const difference = left[i]!.codePointAt(0)! - right[i]!.codePointAt(0)!;
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}

export function compareBytes(one: Uint8Array, other: Uint8Array): number {
  for (let i = 0; i < one.length && i < other.length; i++) if (one[i] !== other[i]) return one[i]! - other[i]!;
  return one.length - other.length;
}
