import type { Pod } from '../../api/generated/index.ts';
import { formatQuantity, quantityOf } from '../../machinery/index.ts';
import { amountOf, podLimits, sidecarsOf } from '../facts/index.ts';

/** What a pod occupies of the node's disk, in bytes. */
export interface StorageUsage {
  /** Writable layer and logs, by container. */
  readonly containers: ReadonlyMap<string, number>;
  /** By volume: those that the pod has to itself. */
  readonly volumes: ReadonlyMap<string, number>;
}

const resource = 'ephemeral-storage';

/** Whether anything limits what the pod may occupy; others need not be measured. */
export function hasStorageLimits(pod: Pod): boolean {
  return (
    podLimits(pod).has(resource) || (pod.spec.volumes ?? []).some(({ emptyDir }) => emptyDir?.sizeLimit !== undefined)
  );
}

/** Kubernetes: the eviction manager's localStorageEviction, in its words. Which limit is exceeded; undefined for none. */
export function findExcess(pod: Pod, usage: StorageUsage): string | undefined {
  return findFullVolume(pod, usage) ?? findFullPod(pod, usage) ?? findFullContainer(pod, usage);
}

function findFullVolume({ spec }: Pod, { volumes }: StorageUsage): string | undefined {
  for (const { name, emptyDir } of spec.volumes ?? []) {
    const limit = amountOf({ limit: emptyDir?.sizeLimit ?? '0' }, 'limit');
    if (limit > 0 && (volumes.get(name) ?? 0) > limit) {
      return `Usage of EmptyDir volume "${name}" exceeds the limit "${emptyDir?.sizeLimit}". `;
    }
  }
  return undefined;
}

function findFullPod(pod: Pod, { containers, volumes }: StorageUsage): string | undefined {
  const limit = podLimits(pod).get(resource);
  if (limit === undefined) return undefined;
  const used = sum(containers) + sum(volumes);
  if (used <= limit) return undefined;
  return `Pod ephemeral local storage usage exceeds the total limit of containers ${formatLimit(pod, limit)}. `;
}

function findFullContainer(pod: Pod, usage: StorageUsage): string | undefined {
  for (const { name, resources } of [...pod.spec.containers, ...sidecarsOf(pod)]) {
    const limit = amountOf(resources?.limits, resource);
    if (limit > 0 && (usage.containers.get(name) ?? 0) > limit) {
      return `Container ${name} exceeded its local ephemeral storage limit "${resources?.limits?.[resource]}". `;
    }
  }
  return undefined;
}

/** The limit of an only container as it was written, a sum in powers of two. */
function formatLimit({ spec }: Pod, limit: number): string {
  const written = spec.containers.map(({ resources }) => resources?.limits?.[resource]);
  return written.length === 1 ? (written[0] ?? String(limit)) : formatQuantity(quantityOf(BigInt(limit), 'BinarySI'));
}

function sum(amounts: ReadonlyMap<string, number>): number {
  let total = 0;
  for (const amount of amounts.values()) total += amount;
  return total;
}
