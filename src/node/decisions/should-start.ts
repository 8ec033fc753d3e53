import type { Container, Pod } from '../../api/generated/index.ts';
import { shouldRestart } from '../facts/index.ts';
import { findRuntimeContainer, type RuntimePod } from '../runtime-pods/index.ts';

/** Kubernetes: ShouldContainerBeRestarted. Whether a container that does not run is to be started, first or again. */
export function shouldStart(container: Container, pod: Pod, runtimePod: RuntimePod): boolean {
  if (pod.metadata.deletionTimestamp !== undefined) return false;
  const found = findRuntimeContainer(runtimePod, container.name);
  if (found === undefined) return true;
  if (found.state === 'running') return false;
  return found.state !== 'exited' || shouldRestart(container, pod, found.exitCode);
}

/** An init container's end that does not let the next one start. */
export function hasInitFailed(exitCode: number, state: string): boolean {
  return state === 'unknown' || (state === 'exited' && exitCode !== 0);
}
