import { type PersistentVolumeClaim, storageClasses } from '../../api/generated/index.ts';
import { storageClassOf } from '../../api/index.ts';
import { compareQuantities, parseQuantity, type Quantity } from '../../machinery/index.ts';
import type { AdmissionPlugin } from '../core-contract.ts';
import type { ObjectView } from '../object-view.ts';
import { forbid } from './admission-error.ts';
import { isResource } from './admitted-resource.ts';

/** Kubernetes: `PersistentVolumeClaimResize`: only a bound claim can grow, and only where its class allows it. */
export function createClaimResize(view: ObjectView): AdmissionPlugin {
  return {
    name: 'PersistentVolumeClaimResize',
    handles: (resource, subresource, operation) =>
      isResource(resource, '', 'persistentvolumeclaims') && subresource === '' && operation === 'UPDATE',
    validate(request) {
      const claim = request.object as PersistentVolumeClaim;
      const old = request.old as PersistentVolumeClaim;
      if (!isLarger(sizeOf(claim), sizeOf(old))) return;
      if (old.status?.phase !== 'Bound') {
        throw forbid(request, 'Only bound persistent volume claims can be expanded');
      }
      if (!mayGrow(view, storageClassOf(claim), storageClassOf(old))) {
        const why =
          'only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize';
        throw forbid(request, why);
      }
    },
  };
}

function sizeOf({ spec }: PersistentVolumeClaim): Quantity | undefined {
  const text = spec?.resources?.requests?.['storage'];
  return text === undefined ? undefined : parseQuantity(text);
}

function isLarger(size: Quantity | undefined, old: Quantity | undefined): boolean {
  return size !== undefined && (old === undefined || compareQuantities(size, old) > 0);
}

function mayGrow(view: ObjectView, name: string, oldName: string): boolean {
  if (name === '' || name !== oldName) return false;
  return view.get(storageClasses, undefined, name)?.allowVolumeExpansion === true;
}
