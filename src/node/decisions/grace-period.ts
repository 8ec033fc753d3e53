import type { Container, Pod } from '../../api/generated/index.ts';
import type { KillReason } from './pod-actions.ts';

/** Kubernetes: a container has at least this long between SIGTERM and SIGKILL. */
export const minimumGraceSeconds = 1;

/** Kubernetes: setTerminationGracePeriod. Seconds that a container has to end, its preStop hook included. */
export function gracePeriodOf(pod: Pod, container: Container, reason: KillReason): number {
  if (pod.metadata.deletionGracePeriodSeconds !== undefined) return pod.metadata.deletionGracePeriodSeconds;
  const ofPod = pod.spec.terminationGracePeriodSeconds;
  if (ofPod === undefined) return minimumGraceSeconds;
  if (reason === 'startupProbe') return container.startupProbe?.terminationGracePeriodSeconds ?? ofPod;
  if (reason === 'livenessProbe') return container.livenessProbe?.terminationGracePeriodSeconds ?? ofPod;
  return ofPod;
}
