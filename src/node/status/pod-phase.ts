import type { Container, ContainerStatus, Pod } from '../../api/generated/index.ts';
import { initContainersOf, shouldRestart } from '../facts/index.ts';

export type PodPhase = 'Pending' | 'Running' | 'Succeeded' | 'Failed';

export function isTerminalPhase(phase: string | undefined): boolean {
  return phase === 'Succeeded' || phase === 'Failed';
}

interface Tally {
  pendingInit: number;
  pendingSidecars: number;
  failedInit: number;
  unknown: number;
  running: number;
  waiting: number;
  stopped: number;
  stoppedForGood: number;
  succeeded: number;
}

/**
 * Kubernetes: getPhase. `isTerminal` says that nothing will be started any more, `hasStarted` that a main container of
 * the present sandbox has been.
 */
export function computePhase(
  pod: Pod,
  statuses: readonly ContainerStatus[],
  isTerminal: boolean,
  hasStarted: boolean,
): PodPhase {
  const tally = countContainers(pod, statuses);
  if (tally.failedInit > 0) return 'Failed';
  if (tally.pendingInit > 0 || (tally.pendingSidecars > 0 && !hasStarted) || tally.waiting > 0) return 'Pending';
  if (tally.running > 0 && tally.unknown === 0) return 'Running';
  if (tally.running > 0 || tally.stopped === 0 || tally.unknown > 0) return 'Pending';
  const end = tally.stopped === tally.succeeded ? 'Succeeded' : 'Failed';
  if (isTerminal) return end;
  return tally.stopped === tally.stoppedForGood ? end : 'Running';
}

function countContainers(pod: Pod, statuses: readonly ContainerStatus[]): Tally {
  const tally: Tally = {
    pendingInit: 0,
    pendingSidecars: 0,
    failedInit: 0,
    unknown: 0,
    running: 0,
    waiting: 0,
    stopped: 0,
    stoppedForGood: 0,
    succeeded: 0,
  };
  const find = (container: Container): ContainerStatus | undefined =>
    statuses.find(status => status.name === container.name);
  for (const container of initContainersOf(pod)) {
    if (container.restartPolicy === 'Always') countSidecar(find(container), tally);
    else countInit(pod, container, find(container), tally);
  }
  for (const container of pod.spec.containers) countMain(pod, container, find(container), tally);
  return tally;
}

function countInit(pod: Pod, container: Container, status: ContainerStatus | undefined, tally: Tally): void {
  const ended = status?.state?.terminated ?? (status?.state?.waiting && status.lastState?.terminated);
  if (ended === undefined) tally.pendingInit++;
  else if (ended.exitCode !== 0 && !shouldRestart(container, pod, ended.exitCode)) tally.failedInit++;
}

function countSidecar(status: ContainerStatus | undefined, tally: Tally): void {
  if (status === undefined) {
    tally.unknown++;
  } else if (status.state?.running !== undefined) {
    if (status.started !== true) tally.pendingSidecars++;
    tally.running++;
  } else if (status.state?.terminated !== undefined) {
    // Ended sidecars do not count.
  } else if (status.state?.waiting === undefined) {
    tally.pendingSidecars++;
    tally.unknown++;
  } else if (status.lastState?.terminated === undefined) {
    tally.pendingSidecars++;
    tally.waiting++;
  }
}

function countMain(pod: Pod, container: Container, status: ContainerStatus | undefined, tally: Tally): void {
  const state = status?.state;
  if (state?.running !== undefined) {
    tally.running++;
    return;
  }
  const ended = state?.terminated ?? (state?.waiting && status?.lastState?.terminated);
  if (ended === undefined) {
    if (state?.waiting === undefined) tally.unknown++;
    else tally.waiting++;
    return;
  }
  tally.stopped++;
  if (!shouldRestart(container, pod, ended.exitCode)) tally.stoppedForGood++;
  if (state?.terminated?.exitCode === 0) tally.succeeded++;
}
