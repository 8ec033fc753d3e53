import type { Pod } from '../../api/generated/index.ts';
import { sidecarsOf } from '../facts/index.ts';

/**
 * Kubernetes: terminationOrdering. For each container that runs, the running ones that must have ended before it is
 * stopped: sidecars wait for all main containers and for the sidecars after them.
 */
export function orderTermination(pod: Pod, running: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const isRunning = (name: string): boolean => running.includes(name);
  const before = new Map<string, readonly string[]>();
  let waitsFor = pod.spec.containers.map(container => container.name).filter(isRunning);
  for (const sidecar of sidecarsOf(pod).toReversed()) {
    if (!isRunning(sidecar.name)) continue;
    before.set(sidecar.name, waitsFor);
    waitsFor = [...waitsFor, sidecar.name];
  }
  return before;
}
