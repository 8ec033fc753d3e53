import type { Container, Pod } from '../../api/generated/index.ts';

/** A sidecar: an init container that keeps running beside the pod's containers. */
export function isSidecar(container: Container, pod: Pod): boolean {
  return container.restartPolicy === 'Always' && (pod.spec.initContainers ?? []).includes(container);
}

export function initContainersOf(pod: Pod): readonly Container[] {
  return pod.spec.initContainers ?? [];
}

/** Ephemeral containers have a container's fields and a target. */
export function ephemeralContainersOf(pod: Pod): readonly Container[] {
  return (pod.spec.ephemeralContainers ?? []) as readonly Container[];
}

export function sidecarsOf(pod: Pod): readonly Container[] {
  return initContainersOf(pod).filter(container => container.restartPolicy === 'Always');
}

export function findContainer(pod: Pod, name: string): Container | undefined {
  const isNamed = (container: Container): boolean => container.name === name;
  return (
    pod.spec.containers.find(isNamed) ?? initContainersOf(pod).find(isNamed) ?? ephemeralContainersOf(pod).find(isNamed)
  );
}

/** Kubernetes: where an event about a container points. */
export function fieldPathOf(pod: Pod, container: Container): string {
  if (pod.spec.containers.includes(container)) return `spec.containers{${container.name}}`;
  if (initContainersOf(pod).includes(container)) return `spec.initContainers{${container.name}}`;
  return `spec.ephemeralContainers{${container.name}}`;
}

/** Kubernetes: `name_namespace(uid)`, as messages name a pod. */
export function formatPod(pod: Pod): string {
  const { name, namespace, uid } = pod.metadata;
  return `${name}_${namespace}(${uid})`;
}

export function uidOf(pod: Pod): string {
  return pod.metadata.uid ?? '';
}
