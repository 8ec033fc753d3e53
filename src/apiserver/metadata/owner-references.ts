import { isDeepEqual, type KubeObject, type OwnerReference } from '../../machinery/index.ts';
import type { CallContext } from '../core-contract.ts';

/** Kubernetes: `dedupOwnerReferencesAndAddWarning`. The object itself when no entry stands twice. */
export function dropDuplicateOwners(object: KubeObject, call: CallContext, isAfterAdmission: boolean): KubeObject {
  const owners = object.metadata.ownerReferences;
  if (owners === undefined || owners.length < 2) return object;
  const kept: OwnerReference[] = [];
  const duplicates: string[] = [];
  for (const owner of owners) {
    if (kept.some(present => present.uid === owner.uid && isDeepEqual(present, owner))) duplicates.push(owner.uid);
    else kept.push(owner);
  }
  if (duplicates.length === 0) return object;
  const when = isAfterAdmission ? ' after mutating admission happens' : '';
  call.warn(
    `.metadata.ownerReferences contains duplicate entries${when}; API server dedups owner references in 1.20+, and may reject such requests as early as 1.24; please fix your requests; duplicate UID(s) observed: ${duplicates.join(', ')}`,
  );
  return { ...object, metadata: { ...object.metadata, ownerReferences: kept } };
}
