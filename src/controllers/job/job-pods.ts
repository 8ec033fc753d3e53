import type { ContainerStatus, Job, Pod } from '../../api/generated/index.ts';
import { parseTime } from '../../world/index.ts';
import { findPodCondition } from '../pod-facts.ts';

export const trackingFinalizer = 'batch.kubernetes.io/job-tracking';

export function isTracked(pod: Pod): boolean {
  return pod.metadata.finalizers?.includes(trackingFinalizer) === true;
}

/** Kubernetes: a pod on its way out counts as failed at once, unless the Job only replaces what has really ended. */
export function hasFailed(job: Job, pod: Pod): boolean {
  const phase = pod.status?.phase;
  if (phase === 'Failed') return true;
  if (phase === 'Succeeded' || replacesOnlyFailed(job)) return false;
  return pod.metadata.deletionTimestamp !== undefined;
}

export function replacesOnlyFailed(job: Job): boolean {
  return job.spec?.podReplacementPolicy === 'Failed';
}

/**
 * When the pod ended, in milliseconds since the epoch. Kubernetes: its last container's end, else when it stopped being
 * ready, else when it was deleted, else its creation.
 */
export function finishedMs(pod: Pod): number {
  const { creationTimestamp, deletionTimestamp, deletionGracePeriodSeconds = 0 } = pod.metadata;
  const ready = findPodCondition(pod, 'Ready');
  return (
    lastEndMs(pod) ||
    (ready?.status === 'False' ? parseTime(ready.lastTransitionTime) : 0) ||
    (parseTime(deletionTimestamp) || deletionGracePeriodSeconds * 1000) - deletionGracePeriodSeconds * 1000 ||
    parseTime(creationTimestamp) ||
    0
  );
}

/** Sidecars count as well, since they end last; 0 as long as one of them runs. */
function lastEndMs(pod: Pod): number {
  const sidecars = pod.spec?.initContainers?.filter(each => each.restartPolicy === 'Always').map(each => each.name);
  const statuses: readonly ContainerStatus[] = [
    ...(pod.status?.containerStatuses ?? []),
    ...(pod.status?.initContainerStatuses ?? []).filter(status => sidecars?.includes(status.name)),
  ];
  let last = 0;
  for (const { state } of statuses) {
    const endMs = parseTime(state?.terminated?.finishedAt);
    if (Number.isNaN(endMs)) return 0;
    last = Math.max(last, endMs);
  }
  return last;
}
