import { CelKeyedList, CelOptional, isMap } from './values.ts';

/** As `size()` counts: characters, bytes, items, keys; 1 for what has no size. */
export function sizeOf(value: unknown): number {
  if (typeof value === 'string') return countChars(value);
  if (Array.isArray(value) || value instanceof Uint8Array) return value.length;
  if (value instanceof CelKeyedList) return value.items.length;
  if (value instanceof CelOptional) return value.hasValue ? sizeOf(value.value) : 1;
  return isMap(value) ? value.size : 1;
}

/** Most texts have no characters beyond the first plane, and then their length is known. */
function countChars(text: string): number {
  let count = text.length;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit >= 0xd800 && unit < 0xdc00) count--;
  }
  return count;
}
