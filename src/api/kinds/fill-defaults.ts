/** Building blocks of `setDefaults`: all return the very object they were given when nothing is missing. */

/** Go has no absent text: an empty one counts as none. */
function isAbsent(value: unknown): boolean {
  return value === undefined || value === null || value === '';
}

/** The object with these values where it has none. */
export function fillDefaults<T extends object>(object: T, values: Partial<T>): T {
  let filled: T | undefined;
  for (const key in values) {
    if (!isAbsent(object[key])) continue;
    filled ??= { ...object };
    filled[key] = values[key]!;
  }
  return filled ?? object;
}

/** The object with a field changed; absent fields stay absent. */
export function changeField<T extends object, K extends keyof T>(
  object: T,
  key: K,
  change: (value: NonNullable<T[K]>) => NonNullable<T[K]>,
): T {
  const value = object[key];
  if (value === undefined || value === null) return object;
  const changed = change(value);
  return changed === value ? object : { ...object, [key]: changed };
}

/** The list with every item changed. */
export function changeItems<T>(items: readonly T[], change: (item: T) => T): readonly T[] {
  let changed: T[] | undefined;
  for (let index = 0; index < items.length; index++) {
    const item = change(items[index]!);
    if (item === items[index] && changed === undefined) continue;
    changed ??= items.slice();
    changed[index] = item;
  }
  return changed ?? items;
}
