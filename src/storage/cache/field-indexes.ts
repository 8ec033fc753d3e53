import type { CachedResource } from '../object-cache.ts';
import type { StoredObject } from '../stored-object.ts';
import { byKey, type Row } from './row.ts';

interface FieldIndex {
  readonly field: string;
  readonly readValue: (object: never) => string | undefined;
  /** Undefined until somebody asks: building it decodes every object. */
  rows: Map<string, Set<Row>> | undefined;
}

/** The indexed fields of one resource: objects by value. An index costs nothing until it is first used. */
export class FieldIndexes {
  readonly #indexes: readonly FieldIndex[];
  /** The values of every object while no index is in use. */
  readonly #noValues: readonly string[];

  constructor(resource: CachedResource) {
    this.#indexes = Object.entries(resource.indexes ?? {}).map(([field, readValue]) => ({
      field,
      readValue,
      rows: undefined,
    }));
    this.#noValues = this.#indexes.map(() => '');
  }

  /** The number of the index of `field`, in use from now on. Throws when the resource declares none. */
  use(field: string, rows: Iterable<Row>): number {
    const number = this.#indexes.findIndex(index => index.field === field);
    if (number < 0) throw new Error(`no index of field ${field}`);
    if (this.#indexes[number]!.rows === undefined) this.#build(number, rows);
    return number;
  }

  /** The objects with that value, in key order. */
  select(number: number, value: string): Row[] {
    return [...(this.#indexes[number]!.rows?.get(value) ?? [])].sort(byKey);
  }

  /** The values of `stored`: `before` itself when nothing has changed. */
  valuesOf(stored: StoredObject, before: readonly string[] = this.#noValues): readonly string[] {
    const indexes = this.#indexes;
    let values = before;
    for (let i = 0; i < indexes.length; i++) {
      const index = indexes[i]!;
      const value = index.rows === undefined ? '' : (index.readValue(stored.peek() as never) ?? '');
      if (value === values[i]) continue;
      if (values === before) values = before.slice();
      (values as string[])[i] = value;
    }
    return values;
  }

  add(row: Row): void {
    for (let i = 0; i < this.#indexes.length; i++) this.#addTo(i, row);
  }

  remove(row: Row): void {
    for (let i = 0; i < this.#indexes.length; i++) this.#removeFrom(i, row, row.values[i]!);
  }

  /** `row` has new values already. */
  move(row: Row, before: readonly string[]): void {
    for (let i = 0; i < this.#indexes.length; i++) {
      if (before[i] === row.values[i]) continue;
      this.#removeFrom(i, row, before[i]!);
      this.#addTo(i, row);
    }
  }

  #build(number: number, rows: Iterable<Row>): void {
    this.#indexes[number]!.rows = new Map();
    for (const row of rows) {
      row.values = this.valuesOf(row.stored, row.values);
      this.#addTo(number, row);
    }
  }

  #addTo(number: number, row: Row): void {
    const { rows } = this.#indexes[number]!;
    const value = row.values[number]!;
    const set = rows?.get(value);
    if (set === undefined) rows?.set(value, new Set([row]));
    else set.add(row);
  }

  #removeFrom(number: number, row: Row, value: string): void {
    const { rows } = this.#indexes[number]!;
    const set = rows?.get(value);
    if (set?.delete(row) && set.size === 0) rows?.delete(value);
  }
}
