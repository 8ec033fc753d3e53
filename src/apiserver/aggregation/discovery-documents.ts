/** One resource in aggregated discovery (`apidiscovery.k8s.io/v2`), as far as it is looked at. */
export interface DiscoveredResource {
  readonly resource: string;
  readonly responseKind?: GroupVersionKind | undefined;
  readonly scope: 'Namespaced' | 'Cluster';
  readonly singularResource?: string | undefined;
  readonly verbs: readonly string[];
  readonly shortNames?: readonly string[] | undefined;
  readonly categories?: readonly string[] | undefined;
  readonly subresources?: readonly DiscoveredSubresource[] | undefined;
}

export interface DiscoveredSubresource {
  readonly subresource: string;
  readonly responseKind?: GroupVersionKind | undefined;
  readonly verbs: readonly string[];
}

export interface GroupVersionKind {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
}

/** The resources of each `group/version` in an `APIGroupDiscoveryList`. Throws for what is no such document. */
export function readGroupDiscovery(text: string): ReadonlyMap<string, readonly DiscoveredResource[]> {
  const { items = [] } = JSON.parse(text) as {
    items?: { metadata?: { name?: string }; versions?: { version: string; resources?: DiscoveredResource[] }[] }[];
  };
  const found = new Map<string, readonly DiscoveredResource[]>();
  for (const { metadata, versions = [] } of items) {
    for (const { version, resources = [] } of versions) found.set(`${metadata?.name ?? ''}/${version}`, resources);
  }
  return found;
}

interface ApiResource {
  readonly name: string;
  readonly singularName?: string;
  readonly namespaced: boolean;
  readonly group?: string;
  readonly version?: string;
  readonly kind: string;
  readonly verbs: readonly string[];
  readonly shortNames?: readonly string[];
  readonly categories?: readonly string[];
}

/** The same from an `APIResourceList`, which old servers give. Kubernetes: `ConvertGroupVersionIntoToDiscovery`. */
export function readResourceList(text: string, group: string, version: string): readonly DiscoveredResource[] {
  const { resources = [] } = JSON.parse(text) as { resources?: readonly ApiResource[] };
  const kindOf = (resource: ApiResource): GroupVersionKind => ({
    group: resource.group ?? group,
    version: resource.version ?? version,
    kind: resource.kind,
  });
  return resources
    .filter(({ name }) => !name.includes('/'))
    .map(resource => {
      const prefix = `${resource.name}/`;
      const subresources = resources
        .filter(({ name }) => name.startsWith(prefix))
        .map(each => ({ subresource: each.name.slice(prefix.length), responseKind: kindOf(each), verbs: each.verbs }));
      return {
        resource: resource.name,
        responseKind: kindOf(resource),
        scope: resource.namespaced ? ('Namespaced' as const) : ('Cluster' as const),
        singularResource: resource.singularName ?? '',
        verbs: resource.verbs,
        shortNames: resource.shortNames,
        categories: resource.categories,
        subresources: subresources.length === 0 ? undefined : subresources,
      };
    });
}
