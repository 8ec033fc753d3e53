import type { RuntimePod } from '../runtime-pods/index.ts';
import type { PodMeans } from './pod-means.ts';

/** Kubernetes: of each container the last that has ended is kept, for its logs and `lastState`. */
const endedKeptMax = 1;

/** Removes older instances of a pod's containers with their logs, and sandboxes that have been replaced. */
export async function removeSpareContainers(means: PodMeans, runtimePod: RuntimePod): Promise<void> {
  const seen = new Map<string, number>();
  const removed = new Set<string>();
  for (const found of runtimePod.containers) {
    if (found.state !== 'exited') continue;
    const count = (seen.get(found.name) ?? 0) + 1;
    seen.set(found.name, count);
    if (count <= endedKeptMax) continue;
    await means.runtime.removeContainer(found.id);
    await removeLogs(means, found.logPath);
    removed.add(found.id);
  }
  const inUse = new Set(runtimePod.containers.filter(({ id }) => !removed.has(id)).map(({ sandboxId }) => sandboxId));
  for (const sandbox of runtimePod.sandboxes.slice(1)) {
    if (sandbox.state === 'notReady' && !inUse.has(sandbox.id)) await means.runtime.removePodSandbox(sandbox.id);
  }
}

/** The file itself and what has been rotated away from it. */
async function removeLogs(means: PodMeans, path: string): Promise<void> {
  if (path === '') return;
  const slash = path.lastIndexOf('/');
  const directory = path.slice(0, slash);
  const name = path.slice(slash + 1);
  for (const entry of (await means.host.files.list(directory)) ?? []) {
    if (entry === name || entry.startsWith(`${name}.`)) await means.host.files.remove(`${directory}/${entry}`);
  }
}
