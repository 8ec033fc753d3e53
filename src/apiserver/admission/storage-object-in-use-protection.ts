import type { AdmissionPlugin } from '../core-contract.ts';
import { isResource } from './admitted-resource.ts';

const finalizers: Readonly<Record<string, string>> = {
  persistentvolumes: 'kubernetes.io/pv-protection',
  persistentvolumeclaims: 'kubernetes.io/pvc-protection',
  volumeattributesclasses: 'kubernetes.io/vac-protection',
};

/** Volumes and claims that are in use are not removed: the finalizer is theirs until a controller takes it off. */
export function createStorageObjectInUseProtection(): AdmissionPlugin {
  return {
    name: 'StorageObjectInUseProtection',
    handles: (resource, subresource, operation) =>
      subresource === '' &&
      operation === 'CREATE' &&
      (isResource(resource, '', 'persistentvolumes') ||
        isResource(resource, '', 'persistentvolumeclaims') ||
        isResource(resource, 'storage.k8s.io', 'volumeattributesclasses')),
    mutate(request) {
      const object = request.object!;
      const wanted = finalizers[request.resource.version.type.resource]!;
      const present = object.metadata.finalizers ?? [];
      if (present.includes(wanted)) return object;
      return { ...object, metadata: { ...object.metadata, finalizers: [...present, wanted] } };
    },
  };
}
