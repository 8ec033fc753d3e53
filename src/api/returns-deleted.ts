import { formatGroupResource, type ResourceType } from '../machinery/index.ts';

const kinds: ReadonlySet<string> = new Set([
  'namespaces',
  'persistentvolumeclaims',
  'persistentvolumes',
  'pods',
  'podtemplates',
  'resourcequotas',
  'serviceaccounts',
  'services',
  'csidrivers.storage.k8s.io',
  'csinodes.storage.k8s.io',
  'storageclasses.storage.k8s.io',
  'volumeattachments.storage.k8s.io',
  'volumeattributesclasses.storage.k8s.io',
  'deviceclasses.resource.k8s.io',
  'resourceclaims.resource.k8s.io',
  'resourceclaimtemplates.resource.k8s.io',
  'resourceslices.resource.k8s.io',
]);

/** Kubernetes: the kinds whose last state is the answer to their deletion; the others' is a Status. */
export function returnsDeleted(type: Pick<ResourceType, 'group' | 'resource'>): boolean {
  return kinds.has(formatGroupResource(type));
}
