/**
 * What an object itself has under a key. `{}['constructor']` is a function and `{}['__proto__']` an object, but clients may
 * call their fields, labels and keys so; JSON holds no functions, which makes this cheap to tell.
 */
export function ownField(object: Readonly<Record<string, unknown>>, key: string): unknown {
  const value = object[key];
  if (typeof value === 'function') return undefined;
  return key !== '__proto__' || Object.hasOwn(object, key) ? value : undefined;
}

/** Sets a field whatever its name: assigning to `__proto__` would lose it. */
export function setField(object: Record<string, unknown>, key: string, value: unknown): void {
  if (key === '__proto__') {
    Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true });
  } else object[key] = value;
}
