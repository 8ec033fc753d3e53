import { isDeepEqual, isJsonObject } from '../../../machinery/index.ts';

/**
 * What differs between two objects, as lines `- path: old` and `+ path: new`. Differs from Kubernetes: upstream prints
 * its Go structs in full; paths are shorter and say the same.
 */
export function describeDifference(old: unknown, next: unknown, path = ''): string {
  if (isDeepEqual(old, next)) return '';
  if (isJsonObject(old) && isJsonObject(next)) {
    const keys = [...new Set([...Object.keys(old), ...Object.keys(next)])].sort();
    return keys.map(key => describeDifference(old[key], next[key], path === '' ? key : `${path}.${key}`)).join('');
  }
  if (Array.isArray(old) && Array.isArray(next) && old.length === next.length) {
    return old.map((item, index) => describeDifference(item, next[index], `${path}[${index}]`)).join('');
  }
  const line = (sign: string, value: unknown): string =>
    value === undefined ? '' : `${sign} ${path}: ${JSON.stringify(value)}\n`;
  return line('-', old) + line('+', next);
}
