import { formatGroupVersion, type ResourceType } from '../../machinery/index.ts';
import type { CachedResource, ObjectCache, WatchCache } from '../../storage/index.ts';

/** The read caches by resource, one for all versions and definitions over the same stored objects. */
export class OpenCaches {
  readonly #source: WatchCache;
  readonly #open = new Map<string, ObjectCache>();

  constructor(source: WatchCache) {
    this.#source = source;
  }

  open(storage: ResourceType, indexes: CachedResource['indexes']): ObjectCache {
    const { group, resource, kind } = storage;
    const apiVersion = formatGroupVersion(storage);
    const path = `${group}/${resource}`;
    const known = this.#open.get(path);
    // A CRD may come back under another kind, but only after the watches of the first have ended.
    if (known?.resource.apiVersion === apiVersion && known.resource.kind === kind) return known;
    if (known !== undefined) this.#source.close(storage);
    const cache = this.#source.open({ group, resource, apiVersion, kind, indexes });
    this.#open.set(path, cache);
    return cache;
  }
}
