import { type PersistentVolumeClaim, type StorageClass, storageClasses } from '../../api/generated/index.ts';
import type { AdmissionPlugin } from '../core-contract.ts';
import type { ObjectView } from '../object-view.ts';
import { isResource } from './admitted-resource.ts';

const defaultAnnotations = [
  'storageclass.kubernetes.io/is-default-class',
  'storageclass.beta.kubernetes.io/is-default-class',
] as const;

/** A claim without a class gets the default one. */
export function createDefaultStorageClass(view: ObjectView): AdmissionPlugin {
  return {
    name: 'DefaultStorageClass',
    handles: (resource, subresource, operation) =>
      isResource(resource, '', 'persistentvolumeclaims') && subresource === '' && operation === 'CREATE',
    mutate(request) {
      const claim = request.object as PersistentVolumeClaim;
      if (hasClass(claim)) return claim;
      const found = findDefault(view.list(storageClasses));
      if (found === undefined) return claim;
      return { ...claim, spec: { ...claim.spec, storageClassName: found.metadata.name! } } as PersistentVolumeClaim;
    },
  };
}

function hasClass(claim: PersistentVolumeClaim): boolean {
  return (
    claim.spec?.storageClassName !== undefined ||
    claim.metadata.annotations?.['volume.beta.kubernetes.io/storage-class'] !== undefined
  );
}

/** Kubernetes: of several defaults the newest counts, then the first by name. */
function findDefault(classes: readonly StorageClass[]): StorageClass | undefined {
  let found: StorageClass | undefined;
  for (const candidate of classes) {
    const { annotations } = candidate.metadata;
    if (!defaultAnnotations.some(annotation => annotations?.[annotation] === 'true')) continue;
    if (found === undefined || createdAt(candidate) > createdAt(found)) found = candidate;
  }
  return found;
}

function createdAt(object: StorageClass): string {
  return object.metadata.creationTimestamp ?? '';
}
