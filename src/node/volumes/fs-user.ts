import type { Pod } from '../../api/generated/index.ts';
import { effectiveSecurity } from '../containers/index.ts';
import { ephemeralContainersOf, initContainersOf } from '../facts/index.ts';

/** Kubernetes: FsUserFrom. The one user that all containers of a pod are told to run as; undefined when they differ. */
export function fsUserOf(pod: Pod): number | undefined {
  const all = [...initContainersOf(pod), ...pod.spec.containers, ...ephemeralContainersOf(pod)];
  const users = new Set(all.map(container => effectiveSecurity(pod, container).runAsUser));
  return users.size === 1 ? [...users][0] : undefined;
}
