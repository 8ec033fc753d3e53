import type { KubeObject } from '../machinery/index.ts';

/** Objects by key, listed in key order. The list is made when asked for and kept until something changes. */
export class Bucket<T extends KubeObject> {
  readonly #byKey = new Map<string, T>();
  #keys: string[] | undefined;
  #list: readonly T[] | undefined;

  get size(): number {
    return this.#byKey.size;
  }

  get(key: string): T | undefined {
    return this.#byKey.get(key);
  }

  set(key: string, object: T): void {
    const size = this.#byKey.size;
    this.#byKey.set(key, object);
    if (this.#byKey.size !== size) this.#keys = undefined;
    this.#list = undefined;
  }

  delete(key: string): boolean {
    if (!this.#byKey.delete(key)) return false;
    this.#keys = undefined;
    this.#list = undefined;
    return true;
  }

  keys(): readonly string[] {
    this.#keys ??= [...this.#byKey.keys()].sort();
    return this.#keys;
  }

  list(): readonly T[] {
    this.#list ??= this.keys().map(key => this.#byKey.get(key)!);
    return this.#list;
  }
}

/** Objects by an index's values. */
export class IndexBuckets<T extends KubeObject> {
  readonly #buckets = new Map<string, Bucket<T>>();
  readonly #valuesOf: (object: T) => readonly string[];

  constructor(valuesOf: (object: T) => readonly string[]) {
    this.#valuesOf = valuesOf;
  }

  list(value: string): readonly T[] {
    return this.#buckets.get(value)?.list() ?? [];
  }

  replace(key: string, next: T | undefined, previous: T | undefined): void {
    const before = previous === undefined ? [] : this.#valuesOf(previous);
    const after = next === undefined ? [] : this.#valuesOf(next);
    for (const value of before) if (!after.includes(value)) this.#remove(value, key);
    for (const value of after) this.#add(value, key, next!);
  }

  #add(value: string, key: string, object: T): void {
    let bucket = this.#buckets.get(value);
    if (bucket === undefined) {
      bucket = new Bucket<T>();
      this.#buckets.set(value, bucket);
    }
    bucket.set(key, object);
  }

  #remove(value: string, key: string): void {
    const bucket = this.#buckets.get(value);
    bucket?.delete(key);
    if (bucket?.size === 0) this.#buckets.delete(value);
  }
}
