import type { Container, ContainerStatus } from '../../api/generated/index.ts';
import { parseTime } from '../../world/index.ts';
import type { ProbeOutcome } from '../decisions/index.ts';

/** What probes have found, by container id as the runtime knows it. */
export interface ReadinessView {
  startup(containerId: string): ProbeOutcome | undefined;
  readiness(containerId: string): ProbeOutcome | undefined;
  /** Containers that started before this instant were there before the agent: they keep what they had been found to be. */
  readonly agentStartedAt: number;
}

/** Kubernetes: kubeletRestartGracePeriod. */
const restartToleranceMs = 10_000;

/** Fills `started` and `ready` of a container, or of a sidecar. */
export function withReadiness(
  container: Container,
  status: ContainerStatus,
  previous: ContainerStatus | undefined,
  view: ReadinessView,
): ContainerStatus {
  const started = isStarted(container, status, previous, view);
  const ready = started && isReady(container, status, previous, view);
  return { ...status, started, ready };
}

/** An ordinary init container is ready once it has succeeded. */
export function withInitReadiness(
  container: Container,
  status: ContainerStatus,
  previous: ContainerStatus | undefined,
  view: ReadinessView,
): ContainerStatus {
  if (container.restartPolicy === 'Always') return withReadiness(container, status, previous, view);
  const ready = status.state?.terminated?.exitCode === 0;
  return { ...status, started: isStarted(container, status, previous, view), ready };
}

function isStarted(
  container: Container,
  status: ContainerStatus,
  previous: ContainerStatus | undefined,
  view: ReadinessView,
): boolean {
  if (status.state?.running === undefined) return false;
  const outcome = view.startup(idOf(status));
  if (outcome !== undefined) return outcome === 'success';
  if (isSame(status, previous) && previous?.started === true) return true;
  return container.startupProbe === undefined;
}

function isReady(
  container: Container,
  status: ContainerStatus,
  previous: ContainerStatus | undefined,
  view: ReadinessView,
): boolean {
  if (status.state?.running === undefined) return false;
  if (container.readinessProbe === undefined) return true;
  const outcome = view.readiness(idOf(status));
  if (outcome !== undefined) return outcome === 'success';
  const startedAt = parseTime(status.state.running.startedAt);
  const wasThere = startedAt < view.agentStartedAt - restartToleranceMs || isSame(status, previous);
  return wasThere && isSame(status, previous) && previous?.ready === true;
}

function isSame(status: ContainerStatus, previous: ContainerStatus | undefined): boolean {
  return previous !== undefined && previous.containerID === status.containerID;
}

/** `containerd://ID` without its scheme. */
export function idOf(status: Pick<ContainerStatus, 'containerID'>): string {
  const text = status.containerID ?? '';
  return text.slice(text.indexOf('://') + 3);
}
