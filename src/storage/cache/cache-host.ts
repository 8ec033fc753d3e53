import type { RangeRequest, RangeResult } from '../store.ts';
import type { StoredObject } from '../stored-object.ts';

/** What the cache of one resource needs from the cache of them all. */
export interface CacheHost {
  /** Every change up to this revision is in the cache. */
  readonly revision: number;
  /** The past, from the store. */
  range(request: RangeRequest): Promise<RangeResult<StoredObject>>;
  /** Rejects with a `StatusError` (504) when the revision has not come within three seconds. */
  reach(revision: number): Promise<void>;
  /** Lets others have their turn. */
  pause(): Promise<void>;
  /** A watcher wants bookmarks from now on. */
  startBookmarks(): void;
}
