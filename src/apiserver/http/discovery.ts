import type { ServedVersion, SubresourceFacts } from '../../api/index.ts';
import { compareText, formatGroupVersion } from '../../machinery/index.ts';
import { hashText } from '../../world/index.ts';
import type { ResourceRegistry, ServedResource } from '../core-contract.ts';
import { collectGroups, type DiscoveryGroup, type RemoteGroups } from './discovery-groups.ts';
import { storageVersionHash } from './storage-version-hash.ts';

/** A document that is made once for each state of the registry. */
export interface DiscoveryDocument {
  readonly text: string;
  readonly etag: string;
}

/** Kubernetes: both forms of discovery, plain (`APIResourceList` …) and aggregated (`APIGroupDiscoveryList`). */
export class Discovery {
  readonly #registry: ResourceRegistry;
  readonly #remotes: RemoteGroups | undefined;
  #generation = -1;
  #remoteGeneration = -1;
  #groups: readonly DiscoveryGroup[] = [];
  readonly #documents = new Map<string, DiscoveryDocument>();

  /** `remotes`: what other servers serve. */
  constructor(registry: ResourceRegistry, remotes?: RemoteGroups) {
    this.#registry = registry;
    this.#remotes = remotes;
  }

  /** `/api` */
  coreVersions(serverAddress: string): DiscoveryDocument {
    return this.#remember(`versions/${serverAddress}`, () => ({
      kind: 'APIVersions',
      versions: this.#find('')?.versions.map(entry => entry.version) ?? [],
      serverAddressByClientCIDRs: [{ clientCIDR: '0.0.0.0/0', serverAddress }],
    }));
  }

  /** `/apis` */
  groups(): DiscoveryDocument {
    return this.#remember('groups', () => ({
      kind: 'APIGroupList',
      apiVersion: 'v1',
      groups: this.#groups.filter(group => group.name !== '').map(describeGroup),
    }));
  }

  /** `/apis/GROUP`; undefined where nothing is served. */
  group(name: string): DiscoveryDocument | undefined {
    this.#refresh();
    const group = this.#find(name);
    if (group === undefined) return undefined;
    return this.#remember(`group/${name}`, () => ({ kind: 'APIGroup', apiVersion: 'v1', ...describeGroup(group) }));
  }

  /** `/api/v1` and `/apis/GROUP/VERSION`; undefined where nothing is served. */
  resources(group: string, version: string): DiscoveryDocument | undefined {
    this.#refresh();
    const found = this.#find(group)?.versions.find(entry => entry.version === version);
    if (found === undefined) return undefined;
    return this.#remember(`resources/${group}/${version}`, () => ({
      kind: 'APIResourceList',
      apiVersion: group === '' ? undefined : 'v1',
      groupVersion: formatGroupVersion({ group, version }),
      resources: found.resources.flatMap(describeResource),
    }));
  }

  /** `/api` or `/apis` in one document. */
  aggregated(isCore: boolean, version: 'v2' | 'v2beta1'): DiscoveryDocument {
    return this.#remember(`aggregated/${isCore}/${version}`, () => ({
      kind: 'APIGroupDiscoveryList',
      apiVersion: `apidiscovery.k8s.io/${version}`,
      metadata: {},
      items: this.#groups.filter(group => (group.name === '') === isCore).map(describeAggregated),
    }));
  }

  #find(name: string): DiscoveryGroup | undefined {
    return this.#groups.find(group => group.name === name);
  }

  #remember(key: string, make: () => unknown): DiscoveryDocument {
    this.#refresh();
    let document = this.#documents.get(key);
    if (document === undefined) {
      const text = `${JSON.stringify(make())}\n`;
      document = { text, etag: formatEtag(text) };
      this.#documents.set(key, document);
    }
    return document;
  }

  #refresh(): void {
    const remoteGeneration = this.#remotes?.generation ?? 0;
    if (this.#generation === this.#registry.generation && this.#remoteGeneration === remoteGeneration) return;
    this.#generation = this.#registry.generation;
    this.#remoteGeneration = remoteGeneration;
    this.#documents.clear();
    this.#groups = collectGroups(this.#registry, this.#remotes);
  }
}

function describeGroup(group: DiscoveryGroup): Readonly<Record<string, unknown>> {
  const versions = group.versions.map(({ version }) => ({
    groupVersion: formatGroupVersion({ group: group.name, version }),
    version,
  }));
  return { name: group.name, versions, preferredVersion: versions[0] };
}

function describeResource({ definition, version }: ServedResource): readonly Readonly<Record<string, unknown>>[] {
  const { type, verbs, subresources } = version;
  return [
    {
      name: type.resource,
      singularName: type.singular,
      namespaced: type.namespaced,
      kind: type.kind,
      verbs,
      shortNames: omitEmpty(type.shortNames),
      categories: omitEmpty(type.categories),
      storageVersionHash: isStored(version) ? storageVersionHash(definition.storage) : undefined,
    },
    ...sortByName(subresources).map(subresource => ({
      name: `${type.resource}/${subresource.name}`,
      singularName: '',
      namespaced: type.namespaced,
      ...foreignKind(subresource, type),
      kind: subresource.kind,
      verbs: subresource.verbs,
    })),
  ];
}

/** What is made up when it is asked for has no version in which it is stored. */
function isStored({ type, verbs }: ServedVersion): boolean {
  return verbs.includes('get') && type.resource !== 'componentstatuses';
}

/** Kubernetes: a subresource tells its kind's group and version only where they are not its resource's. */
function foreignKind({ group = '', version = '' }: SubresourceFacts, type: ServedVersion['type']): object {
  return version === '' || (group === type.group && version === type.version) ? {} : { group, version };
}

function describeAggregated(group: DiscoveryGroup): Readonly<Record<string, unknown>> {
  return {
    metadata: { name: group.name === '' ? undefined : group.name, creationTimestamp: null },
    versions: group.versions.map(({ version, resources, remote }) => ({
      version,
      resources: remote?.resources ?? resources.map(({ version: served }) => describeAggregatedResource(served)),
      freshness: remote?.freshness ?? 'Current',
    })),
  };
}

function describeAggregatedResource({ type, verbs, subresources }: ServedVersion): Readonly<Record<string, unknown>> {
  return {
    resource: type.resource,
    responseKind: { group: type.group, version: type.version, kind: type.kind },
    scope: type.namespaced ? 'Namespaced' : 'Cluster',
    singularResource: type.singular,
    verbs,
    shortNames: omitEmpty(type.shortNames),
    categories: omitEmpty(type.categories),
    subresources:
      subresources.length === 0
        ? undefined
        : sortByName(subresources).map(subresource => ({
            subresource: subresource.name,
            responseKind: {
              group: subresource.group ?? type.group,
              version: subresource.version ?? type.version,
              kind: subresource.kind,
            },
            verbs: subresource.verbs,
          })),
  };
}

function sortByName(subresources: readonly SubresourceFacts[]): readonly SubresourceFacts[] {
  return subresources.toSorted((a, b) => compareText(a.name, b.name));
}

function omitEmpty(texts: readonly string[]): readonly string[] | undefined {
  return texts.length === 0 ? undefined : texts;
}

/** A strong validator of the text: 128 bits of a fast hash, enough to tell our own documents apart. */
export function formatEtag(text: string): string {
  const words = [0x811c9dc5, 0x01000193, 0x9e3779b9, 0x85ebca6b].map(seed => hashText(text, seed));
  return `"${words
    .map(word => word.toString(16).padStart(8, '0'))
    .join('')
    .toUpperCase()}"`;
}
