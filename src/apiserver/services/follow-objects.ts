import type { KubeObject } from '../../machinery/index.ts';
import type { ObjectCache } from '../../storage/index.ts';

/** Tells of every object of a cache, now and as they change, a batch at a time; `end` when the cache has ended. */
export function followObjects(
  cache: ObjectCache,
  record: (object: KubeObject, isGone: boolean) => void,
  end: () => void,
  onBatch: () => void = () => {},
): void {
  cache.watch(
    {},
    {
      events: batch => {
        for (const { type, object } of batch) if (type !== 'BOOKMARK') record(object, type === 'DELETED');
        onBatch();
      },
      end,
    },
  );
}
