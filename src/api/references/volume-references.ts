import type { PersistentVolume, PersistentVolumeSpec } from '../generated/index.ts';

/** A Secret that a volume names. */
export interface SecretReference {
  readonly namespace: string;
  readonly name: string;
}

/**
 * The Secrets of a volume that the node that mounts it has to read. Kubernetes: `VisitPVSecretNames`; those that only
 * controllers need are left out.
 */
export function nodeSecretsOf({ spec }: PersistentVolume): readonly SecretReference[] {
  if (spec === undefined) return [];
  const namespace = spec.claimRef?.namespace ?? '';
  return secretsIn(spec).flatMap(({ name, namespace: own }) =>
    name === undefined || name === '' ? [] : [{ name, namespace: own === undefined || own === '' ? namespace : own }],
  );
}

type Named = { readonly name?: string | undefined; readonly namespace?: string | undefined };

function secretsIn(spec: PersistentVolumeSpec): readonly Named[] {
  const { azureFile, cephfs, cinder, flexVolume, rbd, scaleIO, iscsi, storageos, csi } = spec;
  if (azureFile !== undefined) return [{ name: azureFile.secretName, namespace: azureFile.secretNamespace }];
  const plain = cephfs ?? cinder ?? flexVolume ?? rbd ?? scaleIO ?? iscsi ?? storageos;
  const references = [plain?.secretRef, csi?.nodePublishSecretRef, csi?.nodeStageSecretRef, csi?.nodeExpandSecretRef];
  return references.filter(reference => reference !== undefined);
}
