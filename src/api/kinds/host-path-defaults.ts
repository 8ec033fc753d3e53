import type { HostPathVolumeSource } from '../generated/index.ts';

/** Kubernetes: a path on the node of which nothing is asked has an empty type. */
export function defaultHostPath(source: HostPathVolumeSource): HostPathVolumeSource {
  return source.type === undefined ? { ...source, type: '' } : source;
}
