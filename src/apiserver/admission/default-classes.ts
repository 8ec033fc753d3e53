import { type Ingress, ingressClasses, type PersistentVolumeClaim, storageClasses } from '../../api/generated/index.ts';
import type { KubeObject } from '../../machinery/index.ts';
import type { AdmissionPlugin } from '../core-contract.ts';
import type { ObjectView } from '../object-view.ts';
import { isResource } from './admitted-resource.ts';

const defaultStorageAnnotations = [
  'storageclass.kubernetes.io/is-default-class',
  'storageclass.beta.kubernetes.io/is-default-class',
] as const;
const defaultIngressAnnotations = ['ingressclass.kubernetes.io/is-default-class'] as const;

/** A claim without a class gets the default one. */
export function createDefaultStorageClass(view: ObjectView): AdmissionPlugin {
  return {
    name: 'DefaultStorageClass',
    handles: (resource, subresource, operation) =>
      isResource(resource, '', 'persistentvolumeclaims') && subresource === '' && operation === 'CREATE',
    mutate(request) {
      const claim = request.object as PersistentVolumeClaim;
      const { storageClassName: given } = claim.spec ?? {};
      if (given !== undefined || hasAnnotation(claim, 'volume.beta.kubernetes.io/storage-class')) return claim;
      const storageClassName = findDefault(view.list(storageClasses), defaultStorageAnnotations);
      return storageClassName === undefined
        ? claim
        : ({ ...claim, spec: { ...claim.spec, storageClassName } } as KubeObject);
    },
  };
}

/** So does an Ingress. */
export function createDefaultIngressClass(view: ObjectView): AdmissionPlugin {
  return {
    name: 'DefaultIngressClass',
    handles: (resource, subresource, operation) =>
      isResource(resource, 'networking.k8s.io', 'ingresses') && subresource === '' && operation === 'CREATE',
    mutate(request) {
      const ingress = request.object as Ingress;
      const { ingressClassName: given } = ingress.spec ?? {};
      if (given !== undefined || hasAnnotation(ingress, 'kubernetes.io/ingress.class')) return ingress;
      const ingressClassName = findDefault(view.list(ingressClasses), defaultIngressAnnotations);
      return ingressClassName === undefined
        ? ingress
        : ({ ...ingress, spec: { ...ingress.spec, ingressClassName } } as KubeObject);
    },
  };
}

function hasAnnotation({ metadata }: KubeObject, name: string): boolean {
  return metadata.annotations?.[name] !== undefined;
}

/** Kubernetes: of several defaults the newest counts, then the first by name. */
function findDefault(classes: readonly KubeObject[], annotations: readonly string[]): string | undefined {
  let found: KubeObject | undefined;
  for (const candidate of classes) {
    if (!annotations.some(annotation => candidate.metadata.annotations?.[annotation] === 'true')) continue;
    if (found === undefined || createdAt(candidate) > createdAt(found)) found = candidate;
  }
  return found?.metadata.name;
}

function createdAt({ metadata }: KubeObject): string {
  return metadata.creationTimestamp ?? '';
}
