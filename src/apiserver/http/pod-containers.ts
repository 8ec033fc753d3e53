import type { Pod } from '../../api/generated/index.ts';
import { statusError } from '../../machinery/index.ts';

/** Init containers, containers and ephemeral containers by name, in that order. */
export function listContainerNames(pod: Pod): readonly string[] {
  const { initContainers = [], containers = [], ephemeralContainers = [] } = pod.spec ?? { containers: [] };
  return [...initContainers, ...containers, ...ephemeralContainers].map(container => container.name);
}

/** The container that a request means: the named one, or the only one. Throws 400 as upstream's registry does. */
export function chooseContainer(pod: Pod, wanted: string): string {
  const podName = pod.metadata.name ?? '';
  if (wanted !== '') {
    if (listContainerNames(pod).includes(wanted)) return wanted;
    throw statusError.badRequest(`container ${wanted} is not valid for pod ${podName}`);
  }
  const containers = pod.spec?.containers ?? [];
  if (containers.length === 1) return containers[0]!.name;
  const choice = containers.length === 0 ? '' : `, choose one of: [${listContainerNames(pod).join(' ')}]`;
  throw statusError.badRequest(`a container name must be specified for pod ${podName}${choice}`);
}
