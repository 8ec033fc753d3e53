/** JSON as the fuzzer builds it: mutable while a request is made, with keys of any kind. */
export type Json = null | boolean | number | string | Json[] | JsonMap;

export interface JsonMap {
  [key: string]: Json;
}

export function isMap(value: unknown): value is JsonMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A copy that shares nothing; keys such as `__proto__` stay keys. */
export function copyJson<T extends Json>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}

/** Sets any key, `__proto__` included, as JSON.parse would. */
export function setKey(map: JsonMap, key: string, value: Json): void {
  Object.defineProperty(map, key, { value, enumerable: true, configurable: true, writable: true });
}

/** Every map and list within, the value itself first. Not recursive: what is fuzzed may be nested deeper than a stack is. */
export function* containersOf(value: Json): Generator<JsonMap | Json[]> {
  const waiting: Json[] = [value];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (typeof next !== 'object' || next === null) continue;
    yield next;
    waiting.push(...Object.values(next).reverse());
  }
}
