/**
 * Where objects stand in the store: `/registry/GROUP/RESOURCE/NAMESPACE/NAME`, without NAMESPACE for cluster-scoped
 * kinds, with `core` for the core group.
 *
 * Differs from Kubernetes: upstream's layout leaves the group out for most built-in resources and renames some
 * (`services/specs`, `minions`). A uniform layout lets the watch cache find an object's resource without a table.
 */
export const registryPrefix = '/registry/';

/** `/registry/apps/deployments/`: what the keys of all objects of a resource begin with. */
export function resourcePrefix(type: { readonly group: string; readonly resource: string }): string {
  return `${registryPrefix}${type.group === '' ? 'core' : type.group}/${type.resource}/`;
}

/** The key of one object; `namespace` is `''` for cluster-scoped kinds. */
export function objectKey(prefix: string, namespace: string, name: string): string {
  return namespace === '' ? prefix + name : `${prefix}${namespace}/${name}`;
}

/** The resource prefix that `key` stands under; undefined for a key that is no object's. */
export function prefixOfKey(key: string): string | undefined {
  if (!key.startsWith(registryPrefix)) return undefined;
  const group = key.indexOf('/', registryPrefix.length);
  const resource = group < 0 ? -1 : key.indexOf('/', group + 1);
  return resource < 0 || resource === key.length - 1 ? undefined : key.slice(0, resource + 1);
}
