import type { Container, Pod, Volume } from '../../api/generated/index.ts';
import { ephemeralContainersOf, initContainersOf } from '../facts/index.ts';

/** As upstream's messages name the kinds. */
export type ReferenceKind = 'configmap' | 'secret';

export interface ObjectReference {
  readonly kind: ReferenceKind;
  readonly namespace: string;
  readonly name: string;
}

/** Every ConfigMap and Secret that a pod's volumes, environment and pull secrets name, each once, in their order. */
export function listReferences(pod: Pod): readonly ObjectReference[] {
  const namespace = pod.metadata.namespace ?? '';
  const found = new Map<string, ObjectReference>();
  const add = (kind: ReferenceKind, name: string | undefined): void => {
    if (name !== undefined && name !== '') found.set(`${kind}/${name}`, { kind, namespace, name });
  };
  for (const { name } of pod.spec.imagePullSecrets ?? []) add('secret', name);
  for (const volume of pod.spec.volumes ?? []) addVolume(volume, add);
  for (const container of [...initContainersOf(pod), ...pod.spec.containers, ...ephemeralContainersOf(pod)]) {
    addContainer(container, add);
  }
  return [...found.values()];
}

type Add = (kind: ReferenceKind, name: string | undefined) => void;

function addVolume(volume: Volume, add: Add): void {
  add('configmap', volume.configMap?.name);
  add('secret', volume.secret?.secretName);
  for (const source of volume.projected?.sources ?? []) {
    add('configmap', source.configMap?.name);
    add('secret', source.secret?.name);
  }
}

function addContainer(container: Container, add: Add): void {
  for (const { configMapRef, secretRef } of container.envFrom ?? []) {
    add('configmap', configMapRef?.name);
    add('secret', secretRef?.name);
  }
  for (const { valueFrom } of container.env ?? []) {
    add('configmap', valueFrom?.configMapKeyRef?.name);
    add('secret', valueFrom?.secretKeyRef?.name);
  }
}
