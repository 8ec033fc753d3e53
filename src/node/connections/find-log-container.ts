import type { ContainerStatus, PodStatus } from '../../api/generated/index.ts';
import { quoteGo, statusError } from '../../machinery/index.ts';
import { idOf } from '../status/index.ts';

/**
 * Kubernetes: validateContainerLogStatus. The id of the container whose log is meant; throws a 400 with upstream's text
 * when there is none yet.
 */
export function findLogContainer(
  podName: string,
  status: PodStatus | undefined,
  container: string,
  previous: boolean,
): string {
  const where = `container ${quoteGo(container)} in pod ${quoteGo(podName)}`;
  const found = findStatus(status, container);
  if (found === undefined) throw statusError.badRequest(`${where} is not available`);
  const last = found.lastState?.terminated;
  const { running, terminated, waiting } = found.state ?? {};
  if (previous) {
    if (hasId(last)) return idOf(last);
    throw statusError.badRequest(`previous terminated ${where} not found`);
  }
  if (running !== undefined) return idOf(found);
  if (hasId(terminated)) return idOf(terminated);
  if (hasId(last)) return idOf(last);
  if (terminated !== undefined || last !== undefined) throw statusError.badRequest(`${where} is terminated`);
  if (waiting === undefined) throw statusError.badRequest(`${where} is waiting to start - no logs yet`);
  throw statusError.badRequest(`${where} is waiting to start: ${explain(waiting.reason ?? '')}`);
}

function explain(reason: string): string {
  if (reason === 'ErrImagePull') return "image can't be pulled";
  return reason === 'ImagePullBackOff' ? 'trying and failing to pull image' : reason;
}

function findStatus(status: PodStatus | undefined, name: string): ContainerStatus | undefined {
  const all = [
    ...(status?.containerStatuses ?? []),
    ...(status?.initContainerStatuses ?? []),
    ...(status?.ephemeralContainerStatuses ?? []),
  ];
  return all.find(container => container.name === name);
}

function hasId<T extends { readonly containerID?: string | undefined }>(state: T | undefined): state is T {
  return state?.containerID !== undefined && state.containerID !== '';
}
