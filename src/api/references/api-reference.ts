import type { Pod, Volume } from '../generated/index.ts';
import { configMapNamesOf, secretNamesOf } from './pod-references.ts';

/** What each source of a volume makes its pod refer to; those not named here refer to nothing. */
const referencesOfSources: Partial<Record<keyof Volume, string>> = {
  configMap: 'configmaps (via configmap volumes)',
  secret: 'secrets (via secret volumes)',
  csi: 'csidrivers (via CSI volumes)',
  glusterfs: 'endpoints (via glusterFS volumes)',
  persistentVolumeClaim: 'persistentvolumeclaims',
  ephemeral: 'persistentvolumeclaims (via ephemeral volumes)',
  azureFile: 'secrets (via azureFile volumes)',
};

type ProjectedSource = NonNullable<NonNullable<Volume['projected']>['sources']>[number];

const referencesOfProjections: Partial<Record<keyof ProjectedSource, string>> = {
  configMap: 'configmaps (via projected volumes)',
  secret: 'secrets (via projected volumes)',
  serviceAccountToken: 'serviceaccounts (via projected volumes)',
  clusterTrustBundle: 'clustertrustbundles',
  podCertificate: 'podcertificates',
};

/**
 * The first sort of API object that a pod refers to, in the words of upstream's `HasAPIObjectReference`; undefined for a
 * pod that its node can run without asking anybody.
 */
export function findApiReference(pod: Pod): string | undefined {
  if (pod.spec.serviceAccountName) return 'serviceaccounts';
  if (secretNamesOf(pod).length > 0) return 'secrets';
  if (configMapNamesOf(pod).length > 0) return 'configmaps';
  if ((pod.spec.resourceClaims?.length ?? 0) > 0) return 'resourceclaims';
  for (const volume of pod.spec.volumes ?? []) {
    const found = findIn(volume, referencesOfSources) ?? findInProjections(volume);
    if (found !== undefined) return found;
  }
  return undefined;
}

function findInProjections({ projected }: Volume): string | undefined {
  for (const source of projected?.sources ?? []) {
    const found = findIn(source, referencesOfProjections);
    if (found !== undefined) return found;
  }
  return undefined;
}

function findIn<T extends object>(source: T, references: Partial<Record<keyof T, string>>): string | undefined {
  for (const field in source) {
    if (source[field] !== undefined && references[field] !== undefined) return references[field];
  }
  return undefined;
}
