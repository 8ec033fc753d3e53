type KeyOf = (item: unknown) => unknown;

function placesOf(order: readonly unknown[], keyOf: KeyOf): ReadonlyMap<unknown, number> {
  const places = new Map<unknown, number>();
  for (const [index, item] of order.entries()) if (!places.has(keyOf(item))) places.set(keyOf(item), index);
  return places;
}

/** The items in the order of a list that names them all. */
export function orderLike<T>(items: readonly T[], order: readonly unknown[], keyOf: KeyOf): T[] {
  const places = placesOf(order, keyOf);
  return items.toSorted((left, right) => (places.get(keyOf(left)) ?? 0) - (places.get(keyOf(right)) ?? 0));
}

/**
 * Two lists into one: both keep their order, and an item that only the server has stands before a patched one if it
 * stood before it in the live list. Kubernetes: `mergeSortedSlice`.
 */
export function mergeInOrder<T>(
  serverOnly: readonly T[],
  patched: readonly T[],
  live: readonly unknown[],
  keyOf: KeyOf,
): T[] {
  const places = placesOf(live, keyOf);
  const merged: T[] = [];
  let server = 0;
  let patch = 0;
  while (server < serverOnly.length && patch < patched.length) {
    const left = places.get(keyOf(serverOnly[server]));
    const right = places.get(keyOf(patched[patch]));
    if (left !== undefined && right !== undefined && left < right) merged.push(serverOnly[server++]!);
    else merged.push(patched[patch++]!);
  }
  return [...merged, ...serverOnly.slice(server), ...patched.slice(patch)];
}
