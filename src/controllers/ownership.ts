import { type Pod, pods } from '../api/generated/index.ts';
import type { IndexDeclaration, Step, View } from '../client/index.ts';
import {
  formatGroupVersion,
  type KubeObject,
  type LabelMatcher,
  type OwnerReference,
  type ResourceType,
} from '../machinery/index.ts';

/** The reference that makes `owner` the controller of what it creates. */
export function controllerReference(type: ResourceType, owner: KubeObject): OwnerReference {
  return {
    apiVersion: formatGroupVersion(type),
    kind: type.kind,
    name: owner.metadata.name ?? '',
    uid: owner.metadata.uid ?? '',
    controller: true,
    blockOwnerDeletion: true,
  };
}

export function controllerOf(object: KubeObject): OwnerReference | undefined {
  const owners = object.metadata.ownerReferences;
  if (owners === undefined) return undefined;
  for (const owner of owners) if (owner.controller === true) return owner;
  return undefined;
}

/** An index of the objects of a kind that no controller owns, by namespace: the candidates for adoption. */
export function orphanIndex<T extends KubeObject>(type: ResourceType<T>): IndexDeclaration<T> {
  return {
    type,
    name: 'orphans',
    valuesOf: object => (controllerOf(object) === undefined ? [object.metadata.namespace ?? ''] : []),
  };
}

export const orphanPods: IndexDeclaration<Pod> = orphanIndex(pods);

export interface Claim<T extends KubeObject> {
  readonly owned: readonly T[];
  /** Adoptions and releases. */
  readonly steps: readonly Step[];
}

/**
 * Kubernetes' ControllerRefManager: what the owner's selector matches and nobody controls is adopted, what it controls
 * but no longer matches is released. Needs `orphanIndex(type)`. Only what `mayChangeHands` is adopted or released.
 */
export function claim<T extends KubeObject>(
  view: View,
  type: ResourceType<T>,
  ownerType: ResourceType,
  owner: KubeObject,
  selector: LabelMatcher,
  mayChangeHands: (object: T) => boolean = always,
): Claim<T> {
  const { uid = '', namespace = '', deletionTimestamp } = owner.metadata;
  const owned: T[] = [];
  const steps: Step[] = [];
  for (const object of view.listOwned(type, uid)) {
    if (selector.matches(object.metadata.labels)) owned.push(object);
    else if (deletionTimestamp === undefined && mayChangeHands(object)) steps.push(releaseStep(type, object, uid));
  }
  if (deletionTimestamp !== undefined) return { owned, steps };
  for (const object of view.listIndexed(type, 'orphans', namespace)) {
    if (object.metadata.deletionTimestamp !== undefined || !selector.matches(object.metadata.labels)) continue;
    if (!mayChangeHands(object)) continue;
    owned.push(object);
    steps.push(adoptStep(type, object, controllerReference(ownerType, owner)));
  }
  return { owned, steps };
}

const always = (): boolean => true;

function adoptStep(type: ResourceType, object: KubeObject, reference: OwnerReference): Step {
  const ownerReferences = [...(object.metadata.ownerReferences ?? []), reference];
  return ownersPatch(type, object, ownerReferences);
}

function releaseStep(type: ResourceType, object: KubeObject, ownerUid: string): Step {
  const ownerReferences = object.metadata.ownerReferences?.filter(owner => owner.uid !== ownerUid) ?? [];
  return ownersPatch(type, object, ownerReferences);
}

/** The uid and resourceVersion in the patch make it fail rather than touch a namesake or undo another's change. */
function ownersPatch(type: ResourceType, object: KubeObject, ownerReferences: readonly OwnerReference[]): Step {
  const { name = '', namespace, uid, resourceVersion } = object.metadata;
  return {
    do: 'patch',
    type,
    ref: { name, namespace },
    patchType: 'merge',
    patch: { metadata: { uid, resourceVersion, ownerReferences } },
  };
}
