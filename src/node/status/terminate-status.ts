import type { ContainerState, ContainerStatus, Pod, PodStatus } from '../../api/generated/index.ts';
import { initContainersOf } from '../facts/index.ts';
import { statusUnknown } from './container-status.ts';
import { mustBeUnready } from './pod-conditions.ts';
import { isTerminalPhase } from './pod-phase.ts';

const lost: ContainerState = {
  terminated: {
    exitCode: 137,
    reason: statusUnknown,
    message: 'The container could not be located when the pod was terminated',
  },
};

/**
 * Kubernetes: TerminatePod. The last status of a pod whose containers are gone: what has no known end has failed, and the
 * phase is final.
 */
export function terminateStatus(pod: Pod, status: PodStatus, now: string): PodStatus {
  const phase = isTerminalPhase(status.phase) ? status.phase : 'Failed';
  const isSettled = hasInitialized(pod, status);
  return {
    ...status,
    phase,
    containerStatuses: isSettled ? status.containerStatuses?.map(terminate) : status.containerStatuses,
    initContainerStatuses: terminateInit(status.initContainerStatuses),
    conditions: status.conditions?.map(condition =>
      mustBeUnready(phase, condition)
        ? {
            ...condition,
            status: 'False',
            reason: phase === 'Failed' ? 'PodFailed' : 'PodCompleted',
            message: undefined,
            lastTransitionTime: now,
          }
        : condition,
    ),
  };
}

function terminate(status: ContainerStatus): ContainerStatus {
  return status.state?.terminated === undefined ? { ...status, state: lost, ready: false, started: false } : status;
}

/** Init containers behind the last one that was ever begun stay as they are. */
function terminateInit(statuses: readonly ContainerStatus[] | undefined): readonly ContainerStatus[] | undefined {
  if (statuses === undefined || statuses.length === 0) return statuses;
  const hasBegun = (status: ContainerStatus): boolean =>
    status.state?.waiting === undefined || status.lastState?.terminated !== undefined;
  const last = Math.max(0, statuses.findLastIndex(hasBegun));
  return statuses.map((status, index) => (index <= last ? terminate(status) : status));
}

function hasInitialized(pod: Pod, status: PodStatus): boolean {
  const init = initContainersOf(pod);
  if (init.length === 0) return true;
  const hasMoved = status.containerStatuses?.some(
    container => container.lastState?.terminated !== undefined || container.state?.waiting === undefined,
  );
  if (hasMoved === true) return true;
  const last = status.initContainerStatuses?.at(-1);
  if (last === undefined) return false;
  if (init.at(-1)?.restartPolicy === 'Always') return last.state?.running !== undefined && last.started === true;
  return last.state?.terminated?.exitCode === 0 || last.lastState?.terminated?.exitCode === 0;
}
