import type { KubeObject } from '../machinery/index.ts';
import { keyOf } from './object-key.ts';
import { type Row, RowSet } from './row-set.ts';

interface Index<T extends KubeObject> {
  readonly valuesOf: (object: T) => readonly string[];
  readonly sets: Map<string, RowSet<T>>;
}

const none: readonly never[] = [];
/** The index over controller owners, which every table has. */
const ownerIndex = 0;

/**
 * Objects of one kind with their indexes. An object that changes costs a lookup by namespace and name, and nothing in an
 * index whose values stay: neither keys nor lists are made unless somebody asks.
 */
export class ObjectTable<T extends KubeObject> {
  readonly #all = new RowSet<T>();
  readonly #byNamespace = new Map<string, RowSet<T>>();
  readonly #indexes: Index<T>[] = [{ valuesOf: controllerUids, sets: new Map() }];
  readonly #numbers = new Map<string, number>();
  /** Grows with every change, so that lists know whether they still hold. */
  #version = 0;

  get(namespace: string, name: string): T | undefined {
    return this.#byNamespace.get(namespace)?.get(name)?.object;
  }

  getByKey(key: string): T | undefined {
    return this.#all.get(key)?.object;
  }

  list(namespace?: string): readonly T[] {
    return namespace === undefined ? this.#all.list(this.#version) : this.#listSet(this.#byNamespace, namespace);
  }

  listOwned(ownerUid: string): readonly T[] {
    return this.#listSet(this.#indexes[ownerIndex]!.sets, ownerUid);
  }

  /** Undefined when there is no such index. */
  listIndexed(index: string, value: string): readonly T[] | undefined {
    const number = this.#numbers.get(index);
    return number === undefined ? undefined : this.#listSet(this.#indexes[number]!.sets, value);
  }

  /** Adds an index unless one of that name exists. */
  addIndex(name: string, valuesOf: (object: T) => readonly string[]): void {
    if (this.#numbers.has(name)) return;
    const number = this.#indexes.length;
    this.#numbers.set(name, number);
    this.#indexes.push({ valuesOf, sets: new Map() });
    for (const key of this.#all.ids()) this.#reindex(number, this.#all.get(key)!, true);
  }

  /** Takes in a new object or version; returns the version before. */
  put(object: T): T | undefined {
    this.#version++;
    const { namespace = '', name = '' } = object.metadata;
    const row = this.#byNamespace.get(namespace)?.get(name);
    if (row === undefined) {
      this.#add(namespace, name, object);
      return undefined;
    }
    const previous = row.object;
    row.object = object;
    if (object.metadata.ownerReferences !== previous.metadata.ownerReferences) this.#reindex(ownerIndex, row, true);
    for (let number = ownerIndex + 1; number < this.#indexes.length; number++) this.#reindex(number, row, true);
    return previous;
  }

  /** Returns the last version of what is gone; undefined when it was not there. */
  delete(namespace: string, name: string): T | undefined {
    const set = this.#byNamespace.get(namespace);
    const row = set?.get(name);
    if (set === undefined || row === undefined) return undefined;
    this.#version++;
    this.#all.delete(row.key);
    set.delete(name);
    if (set.size === 0) this.#byNamespace.delete(namespace);
    for (let number = 0; number < this.#indexes.length; number++) this.#reindex(number, row, false);
    return row.object;
  }

  #add(namespace: string, name: string, object: T): void {
    const row: Row<T> = { key: keyOf(object), object, values: [] };
    this.#all.add(row.key, row);
    addTo(this.#byNamespace, namespace, name, row);
    for (let number = 0; number < this.#indexes.length; number++) this.#reindex(number, row, true);
  }

  #reindex(number: number, row: Row<T>, isPresent: boolean): void {
    const { valuesOf, sets } = this.#indexes[number]!;
    const before = row.values[number] ?? none;
    const after = isPresent ? valuesOf(row.object) : none;
    if (areSame(before, after)) return;
    row.values[number] = after;
    for (const value of before) if (!after.includes(value)) removeFrom(sets, value, row.key);
    for (const value of after) if (!before.includes(value)) addTo(sets, value, row.key, row);
  }

  #listSet(sets: ReadonlyMap<string, RowSet<T>>, value: string): readonly T[] {
    return sets.get(value)?.list(this.#version) ?? none;
  }
}

function areSame(before: readonly string[], after: readonly string[]): boolean {
  if (before === after) return true;
  if (before.length !== after.length) return false;
  for (let i = 0; i < before.length; i++) if (before[i] !== after[i]) return false;
  return true;
}

function addTo<T extends KubeObject>(sets: Map<string, RowSet<T>>, value: string, id: string, row: Row<T>): void {
  let set = sets.get(value);
  if (set === undefined) {
    set = new RowSet<T>();
    sets.set(value, set);
  }
  set.add(id, row);
}

function removeFrom<T extends KubeObject>(sets: Map<string, RowSet<T>>, value: string, id: string): void {
  const set = sets.get(value);
  set?.delete(id);
  if (set?.size === 0) sets.delete(value);
}

function controllerUids(object: KubeObject): readonly string[] {
  const owners = object.metadata.ownerReferences;
  if (owners === undefined) return none;
  for (const owner of owners) if (owner.controller) return [owner.uid];
  return none;
}
