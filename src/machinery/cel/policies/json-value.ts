import { isJsonObject } from '../../json/index.ts';
import type { CelMap } from '../language/index.ts';

/** A JSON value that no schema describes: whole numbers are integers, nothing else is interpreted; absent is null. */
export function toJsonValue(value: unknown): unknown {
  if (typeof value === 'number') return Number.isInteger(value) ? BigInt(value) : value;
  if (Array.isArray(value)) return value.map(toJsonValue);
  return isJsonObject(value) ? new JsonMap(value) : (value ?? null);
}

/** An object of JSON, looked into only where an expression does. */
class JsonMap implements CelMap {
  readonly isCelMap = true;
  readonly isObject = false;
  readonly #raw: Readonly<Record<string, unknown>>;

  constructor(raw: Readonly<Record<string, unknown>>) {
    this.#raw = raw;
  }

  get size(): number {
    return this.keys().length;
  }

  has(key: unknown): boolean {
    return typeof key === 'string' && Object.hasOwn(this.#raw, key) && this.#raw[key] !== undefined;
  }

  get(key: unknown): unknown {
    return this.has(key) ? toJsonValue(this.#raw[key as string]) : undefined;
  }

  keys(): readonly string[] {
    return Object.keys(this.#raw).filter(key => this.#raw[key] !== undefined);
  }
}
