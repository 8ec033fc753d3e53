import type { ServedResource } from '../core-contract.ts';

/** Whether a served resource is the one named, in whatever version. */
export function isResource(resource: ServedResource, group: string, name: string): boolean {
  const { type } = resource.version;
  return type.resource === name && type.group === group;
}
