import { type CelMap, fail } from '../language/index.ts';

/** What a name stands for, or why for nothing. */
export type Computed =
  | { readonly value: unknown; readonly problem?: undefined }
  | { readonly problem: string; readonly value?: undefined };

/** Values that are computed when they are first asked for, once each. */
export class LazyMap implements CelMap {
  readonly isCelMap = true;
  readonly isObject = true;
  readonly #names: ReadonlySet<string>;
  readonly #compute: (name: string) => Computed;
  readonly #values = new Map<string, unknown>();

  constructor(names: Iterable<string>, compute: (name: string) => Computed) {
    this.#names = new Set(names);
    this.#compute = compute;
  }

  get size(): number {
    return this.#names.size;
  }

  has(name: unknown): boolean {
    return this.#names.has(name as string);
  }

  get(name: unknown): unknown {
    if (!this.has(name)) return undefined;
    const key = name as string;
    if (!this.#values.has(key)) {
      const { value, problem } = this.#compute(key);
      this.#values.set(key, problem === undefined ? value : fail(problem));
    }
    return this.#values.get(key);
  }

  keys(): readonly string[] {
    return [...this.#names];
  }
}
