import type { Pod } from '../../api/generated/index.ts';
import { parseTime } from '../../world/index.ts';

export const deadlineExceeded = {
  reason: 'DeadlineExceeded',
  message: 'Pod was active on the node longer than the specified deadline',
} as const;

/** When the pod's `activeDeadlineSeconds` are over; undefined when it has none, or has not begun. */
export function activeDeadline(pod: Pod, startTime: string | undefined): number | undefined {
  const seconds = pod.spec.activeDeadlineSeconds;
  const startedAt = parseTime(startTime);
  return seconds === undefined || Number.isNaN(startedAt) ? undefined : startedAt + seconds * 1000;
}
