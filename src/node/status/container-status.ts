import type {
  Container,
  ContainerState,
  ContainerStatus,
  ResourceRequirements,
  VolumeMountStatus,
} from '../../api/generated/index.ts';
import { formatTime } from '../../world/index.ts';
import type { RuntimeContainer } from '../runtime-pods/index.ts';

/** Kubernetes: the id's scheme is the runtime's name. */
export const idScheme = 'containerd://';

/** How far a resize in place has come. */
export interface ResizeView {
  /** What containers have been given since they were made, by container id. */
  readonly actuated: ReadonlyMap<string, ResourceRequirements>;
  /** Why they cannot be given what the pod asks for by now. */
  readonly pending?: { readonly reason: string; readonly message: string } | undefined;
}

export const nothingResized: ResizeView = { actuated: new Map() };

export const statusUnknown = 'ContainerStatusUnknown';

/** A container as the runtime has it, in the API's words. */
export function describeContainer(
  container: Container,
  found: RuntimeContainer,
  previous: ContainerStatus | undefined,
  resize: ResizeView = nothingResized,
): ContainerStatus {
  const same = previous?.containerID === idScheme + found.id ? previous : undefined;
  const isVanished = found.state === 'unknown' && previous?.state?.running !== undefined;
  return {
    name: found.name,
    state: isVanished ? vanishedState : stateOf(found),
    lastState: {},
    ready: false,
    restartCount: isVanished ? previous.restartCount + 1 : found.restartCount,
    image: found.image,
    imageID: found.imageId,
    containerID: idScheme + found.id,
    allocatedResources: resize.pending === undefined ? container.resources?.requests : same?.allocatedResources,
    resources: resize.actuated.get(found.id) ?? same?.resources ?? container.resources ?? {},
    volumeMounts: volumeMountsOf(container),
    user: found.user === undefined ? undefined : { linux: found.user },
  };
}

export function stateOf(found: RuntimeContainer): ContainerState {
  if (found.state === 'running') return { running: { startedAt: timeOf(found.startedAt) } };
  if (found.state !== 'exited') return { waiting: {} };
  return {
    terminated: {
      exitCode: found.exitCode,
      reason: found.reason === '' ? undefined : found.reason,
      message: found.message === '' ? undefined : found.message,
      startedAt: timeOf(found.startedAt),
      finishedAt: timeOf(found.finishedAt),
      containerID: idScheme + found.id,
    },
  };
}

const vanishedState: ContainerState = {
  terminated: {
    exitCode: 137,
    reason: statusUnknown,
    message: 'The container could not be located when the pod was terminated',
  },
};

/** A container that the runtime does not have: what it waits for, or what is left of its past. */
export function waitingStatus(
  container: Container,
  previous: ContainerStatus | undefined,
  reason: string,
): ContainerStatus {
  if (previous?.state?.terminated !== undefined) return previous;
  return {
    name: container.name,
    state: { waiting: { reason } },
    lastState: previous?.lastState ?? {},
    ready: false,
    restartCount: previous?.restartCount ?? 0,
    image: container.image ?? '',
    imageID: '',
    volumeMounts: volumeMountsOf(container),
  };
}

function volumeMountsOf(container: Container): readonly VolumeMountStatus[] | undefined {
  return container.volumeMounts?.map(mount => ({
    name: mount.name,
    mountPath: mount.mountPath,
    readOnly: mount.readOnly,
    recursiveReadOnly: mount.readOnly === true ? 'Disabled' : undefined,
  }));
}

function timeOf(ms: number | undefined): string | undefined {
  return ms === undefined ? undefined : formatTime(ms);
}
