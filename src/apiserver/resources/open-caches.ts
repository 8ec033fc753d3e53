import { formatGroupVersion, type ResourceType } from '../../machinery/index.ts';
import type { CachedResource, ObjectCache, WatchCache } from '../../storage/index.ts';

/** The read caches by resource, one for all versions and definitions over the same stored objects. */
export class OpenCaches {
  readonly #source: WatchCache;

  constructor(source: WatchCache) {
    this.#source = source;
  }

  open(storage: ResourceType, indexes: CachedResource['indexes']): ObjectCache {
    const { group, resource, kind } = storage;
    const apiVersion = formatGroupVersion(storage);
    const find = (): ObjectCache | undefined => {
      const known = this.#source.find(storage);
      return known?.resource.apiVersion === apiVersion && known.resource.kind === kind ? known : undefined;
    };
    let known = find();
    if (known === undefined && this.#source.find(storage) !== undefined) {
      // A CRD may come back under another kind, or store another version, but only after the watches of before have
      // ended. Who begins to watch anew as soon as told opens it meanwhile.
      this.#source.close(storage);
      known = find();
    }
    return known ?? this.#source.open({ group, resource, apiVersion, kind, indexes });
  }
}
