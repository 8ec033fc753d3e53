import type { KindDefinition, ServedVersion } from '../api/index.ts';
import { type AtVersion, formatGroupVersion, type KubeObject, type ResourceType } from '../machinery/index.ts';
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
  return isShownAsStored(resource) ? object : fromStorage(object, resource.version);
}

/** The other way: a request's object in the version in which it is stored. */
export function convertToStorage(object: KubeObject, resource: ServedResource): KubeObject {
  // What a webhook converts it converts last, when all else is decided.
  if (resource.crd?.conversion !== undefined) return object;
  return toStorage(object, resource.version, resource.definition.storage);
}

/** For a built-in kind whose versions differ in shape: an object of any of them in any other. Undefined for others. */
export function createAtVersion({ storage, versions }: KindDefinition): AtVersion | undefined {
  if (!versions.some(({ convert }) => convert !== undefined)) return undefined;
  const byName = new Map(versions.map(version => [formatGroupVersion(version.type), version]));
  return (object, apiVersion) => {
    const from = byName.get(object.apiVersion ?? '');
    const to = byName.get(apiVersion);
    if (from === undefined || to === undefined) return undefined;
    const schema = to.schema();
    if (from === to) return { object, schema };
    return { object: fromStorage(toStorage(object, from, storage), to), schema };
  };
}

function fromStorage(object: KubeObject, { type, convert }: ServedVersion): KubeObject {
  if (object.apiVersion === formatGroupVersion(type)) return object;
  return withType(convert === undefined ? object : convert.fromStorage(object), type);
}

function toStorage(object: KubeObject, { convert }: ServedVersion, storage: ResourceType): KubeObject {
  if (object.apiVersion === formatGroupVersion(storage)) return object;
  return withType(convert === undefined ? object : convert.toStorage(object), storage);
}

function withType(object: KubeObject, type: ResourceType): KubeObject {
  const apiVersion = formatGroupVersion(type);
  return object.apiVersion === apiVersion && object.kind === type.kind
    ? object
    : { ...object, apiVersion, kind: type.kind };
}
