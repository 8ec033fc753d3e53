import type { Container, ContainerStatus, Pod } from '../../api/generated/index.ts';
import { compareText } from '../../machinery/index.ts';
import { hasAnyMainContainer, shouldStart } from '../decisions/index.ts';
import { findRuntimeContainer, type RuntimePod } from '../runtime-pods/index.ts';
import { describeContainer, type ResizeView, stateOf, statusUnknown, waitingStatus } from './container-status.ts';
import type { StartFailures } from './start-failure.ts';

export interface StatusesInput {
  readonly pod: Pod;
  readonly runtimePod: RuntimePod;
  readonly containers: readonly Container[];
  readonly previous: readonly ContainerStatus[] | undefined;
  readonly failures: StartFailures;
  readonly isInit: boolean;
  readonly resize?: ResizeView | undefined;
}

/** Kubernetes: convertToAPIContainerStatuses. Main containers by name, init containers as in the spec. */
export function buildContainerStatuses(input: StatusesInput): ContainerStatus[] {
  const statuses = input.containers.map(container => buildOne(input, container));
  return input.isInit ? statuses : statuses.sort((left, right) => compareText(left.name, right.name));
}

function buildOne(input: StatusesInput, container: Container): ContainerStatus {
  const previous = input.previous?.find(status => status.name === container.name);
  const [newest, before] = input.runtimePod.containers.filter(found => found.name === container.name);
  let status: ContainerStatus;
  if (newest === undefined) {
    status = describeAbsent(input, container, previous);
  } else {
    status = describeContainer(container, newest, previous, input.resize);
    // Kubernetes: what came before is what the runtime still has of it, else what the API remembers.
    if (before !== undefined) status = { ...status, lastState: stateOf(before) };
    else if (previous?.containerID === status.containerID) status = { ...status, lastState: previous?.lastState ?? {} };
    else if (previous?.state?.terminated !== undefined) status = { ...status, lastState: previous.state };
    else if (previous?.lastState?.terminated !== undefined) status = { ...status, lastState: previous.lastState };
  }
  return withFailure(input, container, status);
}

function describeAbsent(
  input: StatusesInput,
  container: Container,
  previous: ContainerStatus | undefined,
): ContainerStatus {
  const { pod, runtimePod, isInit } = input;
  const hasInit = (pod.spec.initContainers ?? []).length > 0;
  const status = waitingStatus(container, previous, hasInit ? 'PodInitializing' : 'ContainerCreating');
  if (status.state?.waiting === undefined) return status;
  if (isInit && container.restartPolicy !== 'Always' && hasAnyMainContainer(pod, runtimePod)) {
    return { ...status, state: { terminated: assumedCompleted } };
  }
  if (previous?.state?.running === undefined || status.lastState?.terminated !== undefined) return status;
  // It ran, and the runtime knows nothing of it any more: that must not look like a pod that has never started.
  return {
    ...status,
    lastState: { terminated: lostWhileRunning },
    restartCount: status.restartCount + (pod.metadata.deletionTimestamp === undefined ? 1 : 0),
  };
}

const lostWhileRunning = {
  exitCode: 137,
  reason: statusUnknown,
  message: 'The container could not be located when the pod was deleted.  The container used to be Running',
} as const;

const assumedCompleted = {
  exitCode: 0,
  reason: 'Completed',
  message:
    'Unable to get init container status from container runtime and pod has been initialized, treat it as exited normally',
} as const;

/** A container that is to be started and could not be is waiting, whatever became of it before. */
function withFailure(input: StatusesInput, container: Container, status: ContainerStatus): ContainerStatus {
  const { pod, runtimePod, isInit } = input;
  const failure = input.failures.get(container.name);
  if (failure === undefined || !shouldStart(container, pod, runtimePod)) return status;
  const found = findRuntimeContainer(runtimePod, container.name);
  if (isInit && found?.state === 'exited' && found.exitCode === 0) return status;
  const { reason, message } = failure;
  return {
    ...status,
    lastState: status.state?.terminated === undefined ? status.lastState : status.state,
    state: { waiting: { reason, message: message === '' ? undefined : message } },
  };
}
