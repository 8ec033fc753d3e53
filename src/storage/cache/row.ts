import type { StoredObject } from '../stored-object.ts';

/** The place of one key in the cache: stays while versions come and go. */
export interface Row<C = unknown> {
  readonly key: string;
  readonly namespace: string;
  readonly name: string;
  readonly cache: C;
  stored: StoredObject;
  /** The indexed values, by the number of the index; `''` while an index is not in use. Replaced, never changed. */
  values: readonly string[];
}

/** Rows in key order. */
export function byKey(a: { readonly key: string }, b: { readonly key: string }): number {
  return a.key < b.key ? -1 : a.key > b.key ? 1 : 0;
}
