import { ownField } from './own-field.ts';

/**
 * Whether two JSON values are the same. `undefined` fields count as absent; key order does not matter. Identical
 * references are equal at once, so that objects which share most of their parts compare cheaply.
 */
export function isDeepEqual(left: unknown, right: unknown): boolean {
  if (left === right) return true;
  if (typeof left !== 'object' || typeof right !== 'object' || left === null || right === null) return false;
  if (Array.isArray(left)) return Array.isArray(right) && areListsEqual(left, right);
  if (Array.isArray(right)) return false;
  return areObjectsEqual(left as Record<string, unknown>, right as Record<string, unknown>);
}

function areListsEqual(left: readonly unknown[], right: readonly unknown[]): boolean {
  if (left.length !== right.length) return false;
  for (let index = 0; index < left.length; index++) if (!isDeepEqual(left[index], right[index])) return false;
  return true;
}

function areObjectsEqual(left: Readonly<Record<string, unknown>>, right: Readonly<Record<string, unknown>>): boolean {
  for (const key in left) {
    const value = left[key];
    if (value !== undefined && !isDeepEqual(value, ownField(right, key))) return false;
  }
  for (const key in right) if (right[key] !== undefined && ownField(left, key) === undefined) return false;
  return true;
}

/**
 * Equality as upstream's `equality.Semantic.DeepEqual` sees it: an empty list or map is the same as none, and so is null.
 */
export function isSemanticallyEqual(left: unknown, right: unknown): boolean {
  if (left === right) return true;
  if (isEmptyValue(left)) return isEmptyValue(right);
  if (isEmptyValue(right)) return false;
  if (typeof left !== 'object' || typeof right !== 'object' || left === null || right === null) return false;
  if (Array.isArray(left)) {
    if (!Array.isArray(right) || left.length !== right.length) return false;
    for (let index = 0; index < left.length; index++) {
      if (!isSemanticallyEqual(left[index], right[index])) return false;
    }
    return true;
  }
  if (Array.isArray(right)) return false;
  const one = left as Record<string, unknown>;
  const other = right as Record<string, unknown>;
  for (const key in one) if (!isSemanticallyEqual(one[key], ownField(other, key))) return false;
  for (const key in other) if (ownField(one, key) === undefined && !isEmptyValue(other[key])) return false;
  return true;
}

function isEmptyValue(value: unknown): boolean {
  if (value === undefined || value === null) return true;
  if (typeof value !== 'object') return false;
  if (Array.isArray(value)) return value.length === 0;
  for (const key in value) if ((value as Record<string, unknown>)[key] !== undefined) return false;
  return true;
}
