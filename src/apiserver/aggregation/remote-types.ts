import type { ResourceType } from '../../machinery/index.ts';
import type { DiscoveredResource } from './discovery-documents.ts';
import type { RemoteDiscovery, RemoteGroupVersion } from './remote-discovery.ts';

/** Groups and versions about which aggregated servers could not be asked lately: `wardle.example.com/v1alpha1`. */
export function listStaleGroups(discovery: RemoteDiscovery): readonly string[] {
  return [...discovery.list()]
    .filter(({ freshness }) => freshness === 'Stale')
    .map(({ api }) => `${api.group}/${api.version}`)
    .sort();
}

/** What aggregated servers serve that can be listed, watched and deleted: each resource in the preferred version. */
export function listRemoteTypes(discovery: RemoteDiscovery): readonly ResourceType[] {
  const types = new Map<string, ResourceType>();
  for (const entry of [...discovery.list()].sort(byPreference)) {
    for (const resource of entry.resources) {
      const id = `${entry.api.group}/${resource.resource}`;
      if (!types.has(id) && isWorkedOn(resource)) types.set(id, toType(entry, resource));
    }
  }
  return [...types.values()];
}

function byPreference(a: RemoteGroupVersion, b: RemoteGroupVersion): number {
  return b.api.versionPriority - a.api.versionPriority;
}

function isWorkedOn({ verbs }: DiscoveredResource): boolean {
  return ['list', 'watch', 'delete'].every(verb => verbs.includes(verb));
}

function toType({ api }: RemoteGroupVersion, resource: DiscoveredResource): ResourceType {
  return {
    group: api.group,
    version: api.version,
    resource: resource.resource,
    singular: resource.singularResource ?? '',
    kind: resource.responseKind?.kind ?? '',
    namespaced: resource.scope === 'Namespaced',
    shortNames: resource.shortNames ?? [],
    categories: resource.categories ?? [],
  };
}
