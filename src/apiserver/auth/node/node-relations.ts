import {
  type PersistentVolume,
  type Pod,
  persistentVolumeClaims,
  persistentVolumes,
  pods,
  resourceSlices,
  volumeAttachments,
} from '../../../api/generated/index.ts';
import { claimNamesOf, nodeSecretsOf, type ReferencedResource, refersTo } from '../../../api/references/index.ts';
import type { IndexedView } from '../../object-view.ts';

const mirrorAnnotation = 'kubernetes.io/config.mirror';

/**
 * What objects have to do with a node: its pods, what those name, and the volumes behind their claims.
 *
 * Differs from Kubernetes: upstream keeps a graph of all pods and what they name. Here the pods of the one node are
 * looked through when it asks, a hundred or so, and each remembers what it names: nothing to keep in step, no memory for
 * pods that nobody asks about, and no moment in which a pod is known and its Secrets are not.
 */
export class NodeRelations {
  readonly #view: () => IndexedView;

  constructor(view: () => IndexedView) {
    this.#view = view;
  }

  hasPod(nodeName: string, namespace: string, name: string): boolean {
    return this.#view().get(pods, namespace, name)?.spec.nodeName === nodeName;
  }

  /** Whether a pod of the node names the object. */
  hasNamed(nodeName: string, resource: ReferencedResource, namespace: string, name: string): boolean {
    return this.#podsOf(nodeName).some(pod => pod.metadata.namespace === namespace && refersTo(pod, resource, name));
  }

  hasSecret(nodeName: string, namespace: string, name: string): boolean {
    return (
      this.hasNamed(nodeName, 'secrets', namespace, name) ||
      this.#volumesOf(nodeName).some(volume =>
        nodeSecretsOf(volume).some(secret => secret.namespace === namespace && secret.name === name),
      )
    );
  }

  hasVolume(nodeName: string, name: string): boolean {
    const claim = this.#view().get(persistentVolumes, undefined, name)?.spec?.claimRef;
    if (claim?.name === undefined || claim.namespace === undefined) return false;
    return this.hasNamed(nodeName, 'persistentvolumeclaims', claim.namespace, claim.name);
  }

  hasAttachment(nodeName: string, name: string): boolean {
    return this.#view().get(volumeAttachments, undefined, name)?.spec.nodeName === nodeName;
  }

  hasSlice(nodeName: string, name: string): boolean {
    return this.#view().get(resourceSlices, undefined, name)?.spec.nodeName === nodeName;
  }

  /** Kubernetes: mirror pods give no rights, because nodes make them themselves. */
  #podsOf(nodeName: string): readonly Pod[] {
    const all = this.#view().listBy(pods, 'spec.nodeName', nodeName);
    return all.filter(({ metadata }) => metadata.annotations?.[mirrorAnnotation] === undefined);
  }

  /** The volumes bound to the claims of the node's pods. */
  #volumesOf(nodeName: string): readonly PersistentVolume[] {
    const view = this.#view();
    return this.#podsOf(nodeName).flatMap(pod => {
      const { namespace } = pod.metadata;
      return claimNamesOf(pod).flatMap(name => {
        const volumeName = view.get(persistentVolumeClaims, namespace, name)?.spec?.volumeName;
        const volume = volumeName === undefined ? undefined : view.get(persistentVolumes, undefined, volumeName);
        const claim = volume?.spec?.claimRef;
        return claim?.namespace === namespace && claim?.name === name ? [volume!] : [];
      });
    });
  }
}
