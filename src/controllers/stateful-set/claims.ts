import {
  type PersistentVolumeClaim,
  type Pod,
  persistentVolumeClaims,
  pods,
  type StatefulSet,
  statefulSets,
} from '../../api/generated/index.ts';
import type { Step, View } from '../../client/index.ts';
import { formatGroupVersion, type KubeObject, type OwnerReference, type ResourceType } from '../../machinery/index.ts';
import { controllerReference } from '../ownership.ts';

export function claimNameOf(set: StatefulSet, template: PersistentVolumeClaim, ordinal: number): string {
  return `${template.metadata.name}-${set.metadata.name}-${ordinal}`;
}

/** What stands in the way of a pod's claims, or the steps that make those that are missing. */
export function prepareClaims(
  set: StatefulSet,
  podName: string,
  ordinal: number,
  view: View,
): readonly Step[] | string {
  const steps: Step[] = [];
  for (const template of set.spec?.volumeClaimTemplates ?? []) {
    const name = claimNameOf(set, template, ordinal);
    const claim = view.get(persistentVolumeClaims, set.metadata.namespace, name);
    if (claim === undefined) steps.push(createClaimStep(set, podName, template, name));
    else if (claim.metadata.deletionTimestamp !== undefined) return `pvc ${name} is being deleted`;
  }
  return steps;
}

function createClaimStep(set: StatefulSet, podName: string, template: PersistentVolumeClaim, name: string): Step {
  const { metadata, spec } = template;
  const object: PersistentVolumeClaim = {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: {
      name,
      namespace: set.metadata.namespace,
      labels: { ...metadata.labels, ...set.spec?.selector.matchLabels },
      annotations: metadata.annotations,
    },
    spec,
  };
  const event = (type: 'Normal' | 'Warning', reason: string, message: string): Step[] => [
    { do: 'event', regarding: set, type, reason, message },
  ];
  const success = `Create Claim ${name} Pod ${podName} in StatefulSet ${set.metadata.name} success`;
  const failure = `Create Claim ${name} for Pod ${podName} in StatefulSet ${set.metadata.name} failed error:`;
  return {
    do: 'create',
    type: persistentVolumeClaims,
    object,
    ifAbsent: true,
    onSuccess: () => event('Normal', 'SuccessfulCreate', success),
    onError: error => event('Warning', 'FailedCreate', `${failure} ${error.message}`),
  };
}

/** The pod's claims as they are, where they exist. */
function existingClaims(set: StatefulSet, ordinal: number, view: View): readonly PersistentVolumeClaim[] {
  return (set.spec?.volumeClaimTemplates ?? []).flatMap(template => {
    const claim = view.get(persistentVolumeClaims, set.metadata.namespace, claimNameOf(set, template, ordinal));
    return claim === undefined ? [] : [claim];
  });
}

/** A claim that still belongs to a former pod of the name goes with that one; the next pod has to wait for it. */
export function hasStaleClaim(set: StatefulSet, pod: Pod, ordinal: number, view: View): boolean {
  if (set.spec?.persistentVolumeClaimRetentionPolicy?.whenScaled !== 'Delete') return false;
  return existingClaims(set, ordinal, view).some(claim =>
    claim.metadata.ownerReferences?.some(owner => refersTo(owner, pods, pod) && owner.uid !== pod.metadata.uid),
  );
}

/** Makes claims belong to who takes them along: the set, the pod that a scale-down removes, or nobody. */
export function applyRetention(
  set: StatefulSet,
  pod: Pod,
  ordinal: number,
  isScaledDown: boolean,
  view: View,
): readonly Step[] {
  return existingClaims(set, ordinal, view).flatMap((claim): Step[] => {
    const current = claim.metadata.ownerReferences ?? [];
    const isOurs = (owner: OwnerReference): boolean => refersTo(owner, statefulSets, set) || refersTo(owner, pods, pod);
    const uids = new Set([set.metadata.uid, pod.metadata.uid]);
    // A namesake's claim is the garbage collector's business.
    if (current.some(owner => isOurs(owner) && !uids.has(owner.uid))) return [];
    const owner = wantedOwner(set, pod, isScaledDown);
    const isForeign = current.some(each => !isOurs(each) && each.controller === true);
    const steps: Step[] = [];
    if (isForeign && owner !== undefined) steps.push(sayConflict(set, claim));
    const wanted = owner === undefined || isForeign ? [] : [owner];
    const before = current.filter(isOurs);
    const isSame =
      before.length === wanted.length &&
      before.every((each, i) => each.uid === wanted[i]?.uid && each.controller === true);
    if (isSame) return [];
    const ownerReferences = [...current.filter(each => !isOurs(each)), ...wanted];
    const object: PersistentVolumeClaim = { ...claim, metadata: { ...claim.metadata, ownerReferences } };
    return [...steps, { do: 'update', type: persistentVolumeClaims, object }];
  });
}

function wantedOwner(set: StatefulSet, pod: Pod, isScaledDown: boolean): OwnerReference | undefined {
  const { whenDeleted, whenScaled } = set.spec?.persistentVolumeClaimRetentionPolicy ?? {};
  if (isScaledDown && whenScaled === 'Delete') return controllerReference(pods, pod);
  return whenDeleted === 'Delete' ? controllerReference(statefulSets, set) : undefined;
}

function sayConflict(set: StatefulSet, claim: PersistentVolumeClaim): Step {
  const message = `PersistentVolumeClaim ${claim.metadata.name} has a conflicting OwnerReference that acts as a manging controller, the retention policy is ignored for this claim`;
  return { do: 'event', regarding: set, type: 'Warning', reason: 'ConflictingController', message };
}

function refersTo(owner: OwnerReference, type: ResourceType, object: KubeObject): boolean {
  return (
    owner.kind === type.kind && owner.apiVersion === formatGroupVersion(type) && owner.name === object.metadata.name
  );
}
