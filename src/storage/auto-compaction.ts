import type { World } from '../world/index.ts';
import { RevisionSamples } from './revision-samples.ts';
import { CompactedError, type Store, StoreClosedError } from './store.ts';

export interface AutoCompactionOptions {
  readonly world: Pick<World, 'clock' | 'tasks' | 'log'>;
  readonly store: Pick<Store<unknown>, 'revision' | 'compactedRevision' | 'compact'>;
  /** How long the past stays readable. Kubernetes: 5 minutes. */
  readonly keepMs?: number | undefined;
  /** How many revisions stay readable at most, however young: a bound on memory. */
  readonly keepRevisions?: number | undefined;
  /** Often, so that each time there is little to forget. Kubernetes compacts everything every 5 minutes. */
  readonly intervalMs?: number | undefined;
}

export interface AutoCompaction {
  stop(): void;
}

/** Compacts the store for as long as it runs. */
export function startAutoCompaction(options: AutoCompactionOptions): AutoCompaction {
  const { world, store, keepMs = 300_000, keepRevisions = 50_000, intervalMs = 10_000 } = options;
  const samples = new RevisionSamples(keepMs);
  let isCompacting = false;
  const compactOnce = async (): Promise<void> => {
    const old = samples.sample(world.clock.monotonic(), store.revision);
    const target = Math.max(old ?? 0, store.revision - keepRevisions);
    if (isCompacting || target <= store.compactedRevision) return;
    isCompacting = true;
    try {
      await store.compact(target);
    } catch (error) {
      // A full disk refuses this too; the next turn tries again.
      if (!(error instanceof CompactedError || error instanceof StoreClosedError))
        world.log.child('compaction').warn('cannot compact the store', { revision: target, error });
    } finally {
      isCompacting = false;
    }
  };
  let timer = world.clock.after(intervalMs, run);
  function run(): void {
    timer = world.clock.after(intervalMs, run);
    world.tasks.spawn('compaction', compactOnce);
  }
  return { stop: () => timer.cancel() };
}
