import type { KubeObject } from '../machinery/index.ts';

/** The place of one object in a table: stays while its versions come and go. */
export interface Row<T extends KubeObject> {
  /** `namespace/name`, or `name`. */
  readonly key: string;
  object: T;
  /** The values under which each index holds the row, by the number of the index. */
  readonly values: (readonly string[])[];
}

/**
 * Rows that have something in common, listed in key order. Holds rows, not objects, so that an object's change costs
 * nothing here: a list is made when asked for, and again once the table has changed.
 */
export class RowSet<T extends KubeObject> {
  readonly #byId = new Map<string, Row<T>>();
  /** Undefined when a row has gone since. */
  #rows: Row<T>[] | undefined = [];
  #isSorted = true;
  #list: readonly T[] = [];
  #listVersion = -1;

  get size(): number {
    return this.#byId.size;
  }

  ids(): IterableIterator<string> {
    return this.#byId.keys();
  }

  get(id: string): Row<T> | undefined {
    return this.#byId.get(id);
  }

  /** `id` is the key, or whatever of it tells the rows of this set apart. */
  add(id: string, row: Row<T>): void {
    this.#byId.set(id, row);
    this.#rows?.push(row);
    this.#isSorted = false;
    this.#listVersion = -1;
  }

  delete(id: string): void {
    this.#byId.delete(id);
    this.#rows = undefined;
    this.#isSorted = false;
    this.#listVersion = -1;
  }

  /** The objects as they are at `version` of the table. */
  list(version: number): readonly T[] {
    if (version === this.#listVersion) return this.#list;
    this.#list = this.#sorted().map(row => row.object);
    this.#listVersion = version;
    return this.#list;
  }

  #sorted(): Row<T>[] {
    this.#rows ??= [...this.#byId.values()];
    // Cheap when only a few rows have been added to what was sorted before.
    if (!this.#isSorted) this.#rows.sort(byKey);
    this.#isSorted = true;
    return this.#rows;
  }
}

function byKey(a: { readonly key: string }, b: { readonly key: string }): number {
  return a.key < b.key ? -1 : a.key > b.key ? 1 : 0;
}
