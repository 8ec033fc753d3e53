import type { OwnerReference } from '../../machinery/index.ts';
import type { StoredObject, StoreEvent } from '../../storage/index.ts';
import { parseTime } from '../../world/index.ts';
import type { Invariant } from './invariant.ts';

interface Owned {
  readonly owners: readonly OwnerReference[];
  readonly deletionTimestamp: string | undefined;
  readonly deletionGraceSeconds: number;
}

/** How long dependents may outlive their owners: the collector works in the background, and pods have their grace. */
const patienceMs = 120_000;

/**
 * What has lost all its owners goes too. Checked against the history itself, not through the API: an object whose owners
 * have all been gone for two minutes may only be there if it is on its way out.
 */
export function ownedByLiving(now: () => number): Invariant {
  const owned = new Map<string, Owned>();
  const alive = new Set<string>();
  const goneSinceMs = new Map<string, number>();
  return {
    name: 'owner gone means dependents gone',
    onChange(event: StoreEvent<StoredObject>) {
      const object = event.entry?.value.object;
      const before = event.previous?.value.object;
      // Renewals of Leases and the like change neither identity nor owners.
      if (
        object !== undefined &&
        before !== undefined &&
        object.metadata.ownerReferences === before.metadata.ownerReferences &&
        object.metadata.deletionTimestamp === before.metadata.deletionTimestamp
      ) {
        return undefined;
      }
      if (object === undefined) {
        const uid = before?.metadata.uid ?? '';
        alive.delete(uid);
        goneSinceMs.set(uid, now());
        owned.delete(event.key);
        return undefined;
      }
      alive.add(object.metadata.uid ?? '');
      const { ownerReferences, deletionTimestamp, deletionGracePeriodSeconds = 0 } = object.metadata;
      if (ownerReferences === undefined || ownerReferences.length === 0) owned.delete(event.key);
      else
        owned.set(event.key, {
          owners: ownerReferences,
          deletionTimestamp,
          deletionGraceSeconds: deletionGracePeriodSeconds,
        });
      return undefined;
    },
    async onCheckpoint() {
      const problems: string[] = [];
      for (const [key, each] of owned) if (isOrphaned(each)) problems.push(`${key} has outlived its owners`);
      return problems;
    },
  };

  function isOrphaned({ owners, deletionTimestamp }: Owned): boolean {
    if (owners.some(owner => alive.has(owner.uid))) return false;
    const since = Math.max(...owners.map(owner => goneSinceMs.get(owner.uid) ?? now()));
    if (now() - since <= patienceMs) return false;
    // A pod on a node that is down waits, marked, until the node is back or deleted.
    return deletionTimestamp === undefined || Number.isNaN(parseTime(deletionTimestamp));
  }
}
