import { formatGroupVersion, type KubeObject } from '../machinery/index.ts';
import type { ServedResource } from './core-contract.ts';

/**
 * Whether objects always read as they are stored: a built-in kind in its storage version. The objects of a CRD may have
 * been stored in any of its versions.
 */
export function isShownAsStored(resource: ServedResource): boolean {
  const { storage, versions } = resource.definition;
  if (resource.crd !== undefined) return false;
  return versions.length === 1 || resource.version.type === storage;
}

/**
 * A stored object as `resource`'s version shows it; the object itself where that is its version already, so that its
 * encodings can be shared. Pure; whoever converts for many readers keeps the outcome. Where a webhook converts, requests
 * have been through it (`ObjectConversion`) before anybody asks here.
 */
export function convertToServed(object: KubeObject, resource: ServedResource): KubeObject {
  if (resource.crd !== undefined) return resource.crd.show(object);
  return isShownAsStored(resource) ? object : convertShape(object, resource);
}

function convertShape(object: KubeObject, resource: ServedResource): KubeObject {
  const { type, convert } = resource.version;
  const apiVersion = formatGroupVersion(type);
  if (object.apiVersion === apiVersion) return object;
  const converted = convert === undefined ? object : convert.fromStorage(object);
  return converted.apiVersion === apiVersion && converted.kind === type.kind
    ? converted
    : { ...converted, apiVersion, kind: type.kind };
}

/** The other way: a request's object in the version in which it is stored. */
export function convertToStorage(object: KubeObject, resource: ServedResource): KubeObject {
  const { storage } = resource.definition;
  const apiVersion = formatGroupVersion(storage);
  // What a webhook converts it converts last, when all else is decided.
  if (object.apiVersion === apiVersion || resource.crd?.conversion !== undefined) return object;
  const { convert } = resource.version;
  const converted = convert === undefined ? object : convert.toStorage(object);
  return converted.apiVersion === apiVersion && converted.kind === storage.kind
    ? converted
    : { ...converted, apiVersion, kind: storage.kind };
}
