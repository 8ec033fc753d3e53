import { type PersistentVolumeClaim, type Pod, persistentVolumeClaims, pods } from '../../api/generated/index.ts';
import type { Controller, IndexDeclaration } from '../../client/index.ts';
import type { KubeObject } from '../../machinery/index.ts';
import { setProtection } from './set-protection.ts';

const finalizer = 'kubernetes.io/pvc-protection';

/** Pods by the keys of the claims that their volumes name, or would be named after. */
const podsByClaim: IndexDeclaration<Pod> = {
  type: pods,
  name: 'claim',
  valuesOf: pod => claimNames(pod).map(name => `${pod.metadata.namespace}/${name}`),
};

/** Keeps a claim that is deleted until no pod on a node uses it. */
export const claimProtectionController: Controller<PersistentVolumeClaim> = {
  name: 'pvc-protection-controller',
  primary: persistentVolumeClaims,
  secondaries: [
    {
      type: pods,
      keysOf: object => podsByClaim.valuesOf(object as Pod),
      isRelevant: (object, previous) => isShutDown(object as Pod) !== isShutDown(previous as Pod),
    },
  ],
  indexes: [podsByClaim],
  reconcile(claim, { key, view }) {
    if (claim === undefined) return [];
    const isUsed = (): boolean => view.listIndexed(pods, podsByClaim.name, key).some(pod => isUsedBy(claim, pod));
    return setProtection(persistentVolumeClaims, claim, finalizer, isUsed);
  },
};

function claimNames(pod: Pod): string[] {
  const names: string[] = [];
  for (const { name, persistentVolumeClaim, ephemeral } of pod.spec?.volumes ?? []) {
    if (persistentVolumeClaim !== undefined) names.push(persistentVolumeClaim.claimName);
    else if (ephemeral !== undefined) names.push(`${pod.metadata.name}-${name}`);
  }
  return names;
}

/** A pod without a node will not start with a claim that is being deleted, so it does not count. */
function isUsedBy(claim: KubeObject, pod: Pod): boolean {
  const { name, ownerReferences } = claim.metadata;
  if (pod.spec?.nodeName === undefined || pod.spec.nodeName === '') return false;
  return (pod.spec.volumes ?? []).some(volume => {
    if (volume.persistentVolumeClaim?.claimName === name) return true;
    const isOwn = volume.ephemeral !== undefined && `${pod.metadata.name}-${volume.name}` === name;
    return isOwn && !isShutDown(pod) && (ownerReferences ?? []).some(owner => owner.uid === pod.metadata.uid);
  });
}

/** Kubernetes: the node has let go of it, and only finalizers keep the object. */
function isShutDown({ metadata }: Pod): boolean {
  return metadata.deletionTimestamp !== undefined && metadata.deletionGracePeriodSeconds === 0;
}
