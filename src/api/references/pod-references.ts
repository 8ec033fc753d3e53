import type { Container, Pod, Volume } from '../generated/index.ts';

/** Objects of a pod's own namespace that a pod can name. */
export type ReferencedResource =
  | 'configmaps'
  | 'persistentvolumeclaims'
  | 'resourceclaims'
  | 'secrets'
  | 'serviceaccounts';

/** Pods are immutable, and one is asked about as often as its node reads what it refers to. */
const known = new WeakMap<Pod, ReadonlySet<string>>();

/** Whether a pod names an object of its namespace: whoever runs the pod needs to read it. */
export function refersTo(pod: Pod, resource: ReferencedResource, name: string): boolean {
  let references = known.get(pod);
  if (references === undefined) {
    references = collect(pod);
    known.set(pod, references);
  }
  return references.has(`${resource}/${name}`);
}

/** The claims that a pod's volumes name, and those made for its ephemeral volumes. */
export function claimNamesOf({ metadata, spec }: Pod): readonly string[] {
  return (spec.volumes ?? []).flatMap(({ name, persistentVolumeClaim, ephemeral }) => {
    if (persistentVolumeClaim !== undefined) return [persistentVolumeClaim.claimName];
    return ephemeral === undefined ? [] : [`${metadata.name ?? ''}-${name}`];
  });
}

/** Kubernetes: `VisitPodSecretNames`: pull secrets, environments and volumes. */
export function secretNamesOf({ spec }: Pod): readonly string[] {
  return [
    ...(spec.imagePullSecrets ?? []).map(({ name }) => name),
    ...allContainers(spec).flatMap(({ env, envFrom }) => [
      ...(envFrom ?? []).map(({ secretRef }) => secretRef?.name),
      ...(env ?? []).map(({ valueFrom }) => valueFrom?.secretKeyRef?.name),
    ]),
    ...(spec.volumes ?? []).flatMap(secretNamesOfVolume),
  ].filter(isName);
}

function secretNamesOfVolume(volume: Volume): readonly (string | undefined)[] {
  if (volume.projected !== undefined) return (volume.projected.sources ?? []).map(({ secret }) => secret?.name);
  if (volume.secret !== undefined) return [volume.secret.secretName];
  if (volume.azureFile !== undefined) return [volume.azureFile.secretName];
  const { cephfs, cinder, flexVolume, rbd, scaleIO, iscsi, storageos } = volume;
  const plain = cephfs ?? cinder ?? flexVolume ?? rbd ?? scaleIO ?? iscsi ?? storageos;
  return [plain?.secretRef?.name, volume.csi?.nodePublishSecretRef?.name];
}

/** Kubernetes: `VisitPodConfigmapNames`. */
export function configMapNamesOf({ spec }: Pod): readonly string[] {
  return [
    ...allContainers(spec).flatMap(({ env, envFrom }) => [
      ...(envFrom ?? []).map(({ configMapRef }) => configMapRef?.name),
      ...(env ?? []).map(({ valueFrom }) => valueFrom?.configMapKeyRef?.name),
    ]),
    ...(spec.volumes ?? []).flatMap(({ configMap, projected }) => [
      configMap?.name,
      ...(projected?.sources ?? []).map(source => source.configMap?.name),
    ]),
  ].filter(isName);
}

/** ResourceClaims that a pod names, and those made for it, as far as its status tells of them. */
function resourceClaimNamesOf({ spec, status }: Pod): readonly string[] {
  const made = new Map(
    (status?.resourceClaimStatuses ?? []).map(({ name, resourceClaimName }) => [name, resourceClaimName]),
  );
  return [
    ...(spec.resourceClaims ?? []).map(({ name, resourceClaimName }) => resourceClaimName ?? made.get(name)),
    status?.extendedResourceClaimStatus?.resourceClaimName,
  ].filter(isName);
}

function collect(pod: Pod): ReadonlySet<string> {
  const names: Readonly<Record<ReferencedResource, readonly string[]>> = {
    configmaps: configMapNamesOf(pod),
    persistentvolumeclaims: claimNamesOf(pod),
    resourceclaims: resourceClaimNamesOf(pod),
    secrets: secretNamesOf(pod),
    serviceaccounts: [pod.spec.serviceAccountName].filter(isName),
  };
  return new Set(Object.entries(names).flatMap(([resource, all]) => all.map(name => `${resource}/${name}`)));
}

function allContainers({ initContainers, containers, ephemeralContainers }: Pod['spec']): readonly Container[] {
  return [...(initContainers ?? []), ...containers, ...((ephemeralContainers ?? []) as readonly Container[])];
}

function isName(name: string | undefined): name is string {
  return name !== undefined && name !== '';
}
