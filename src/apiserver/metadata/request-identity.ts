import { type KubeObject, type ObjectMeta, statusError } from '../../machinery/index.ts';

/**
 * Kubernetes: `EnsureObjectNamespaceMatchesRequestNamespace`. The object in the request's namespace; 400 when it says
 * another. `namespace` is `''` for cluster-scoped kinds.
 */
export function placeInNamespace(object: KubeObject, namespace: string): KubeObject {
  const given = object.metadata.namespace ?? '';
  if (given === namespace) return object;
  if (given !== '' && namespace !== '') {
    throw statusError.badRequest(
      'the namespace of the provided object does not match the namespace sent on the request',
    );
  }
  return { ...object, metadata: { ...object.metadata, namespace: namespace === '' ? undefined : namespace } };
}

/** Kubernetes: `checkName`. An update's object must bear the name of its path. */
export function checkNameMatches(object: KubeObject, name: string): void {
  const given = object.metadata.name ?? '';
  if (given === name) return;
  if (given === '') {
    throw statusError.badRequest(
      `the name of the object (${name} based on URL) was undeterminable: name must be provided`,
    );
  }
  throw statusError.badRequest(`the name of the object (${given}) does not match the name on the URL (${name})`);
}

/** Kubernetes: `WipeObjectMetaSystemFields`: what only the server says of a new object. */
export function wipeSystemFields(metadata: ObjectMeta): ObjectMeta {
  if (
    metadata.creationTimestamp === undefined &&
    metadata.uid === undefined &&
    metadata.deletionTimestamp === undefined &&
    metadata.deletionGracePeriodSeconds === undefined &&
    metadata.selfLink === undefined
  ) {
    return metadata;
  }
  const { creationTimestamp, uid, deletionTimestamp, deletionGracePeriodSeconds, selfLink, ...kept } = metadata;
  return kept;
}

/** Kubernetes: a generated name is at most 63 characters: what does not fit before its five random ones is cut. */
export function generateName(prefix: string, suffix: string): string {
  return prefix.slice(0, 63 - 5) + suffix;
}
