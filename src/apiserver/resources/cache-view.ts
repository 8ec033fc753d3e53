import type { KubeObject, ResourceType } from '../../machinery/index.ts';
import type { IndexedView } from '../object-view.ts';
import type { Endpoints } from './endpoints.ts';

/** What is stored, read from the caches; types must be named in the version in which they are stored. */
export class CacheView implements IndexedView {
  readonly #endpoints: Endpoints;

  constructor(endpoints: Endpoints) {
    this.#endpoints = endpoints;
  }

  get<T extends KubeObject>(type: ResourceType<T>, namespace: string | undefined, name: string): T | undefined {
    return this.#endpoints.find(type)?.find(namespace ?? '', name)?.object as T | undefined;
  }

  list<T extends KubeObject>(type: ResourceType<T>, namespace?: string): readonly T[] {
    const found = this.#endpoints.find(type)?.cache.select({ namespace }) ?? [];
    return found.map(stored => stored.object as unknown as T);
  }

  listBy<T extends KubeObject>(type: ResourceType<T>, field: string, value: string): readonly T[] {
    const found = this.#endpoints.find(type)?.cache.select({ equals: { field, value } }) ?? [];
    return found.map(stored => stored.object as unknown as T);
  }

  hasAny(type: ResourceType): boolean {
    return (this.#endpoints.find(type)?.cache.size ?? 0) > 0;
  }
}
