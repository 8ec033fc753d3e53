import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The version of the Go modules the facts are read from. */
export const kubernetesVersion = 'v1.36.0';
export const libraryVersion = 'v0.36.0';

/** A node of an OpenAPI v3 document, as far as we read it. */
export interface OpenApiNode {
  readonly type?: string;
  readonly format?: string;
  readonly $ref?: string;
  readonly allOf?: readonly OpenApiNode[];
  readonly oneOf?: readonly OpenApiNode[];
  readonly items?: OpenApiNode;
  readonly additionalProperties?: OpenApiNode;
  readonly properties?: Readonly<Record<string, OpenApiNode>>;
  readonly required?: readonly string[];
  readonly default?: unknown;
  readonly 'x-kubernetes-group-version-kind'?: readonly GroupVersionKind[];
  readonly 'x-kubernetes-list-type'?: string;
  readonly 'x-kubernetes-list-map-keys'?: readonly string[];
  readonly 'x-kubernetes-map-type'?: string;
  readonly 'x-kubernetes-patch-strategy'?: string;
  readonly 'x-kubernetes-patch-merge-key'?: string;
  readonly 'x-kubernetes-unions'?: readonly unknown[];
}

export interface GroupVersionKind {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
}

export interface DiscoveryResource {
  readonly name: string;
  readonly singularName: string;
  readonly namespaced: boolean;
  readonly kind: string;
  readonly group?: string;
  readonly version?: string;
  readonly verbs: readonly string[];
  readonly shortNames?: readonly string[];
  readonly categories?: readonly string[];
}

export interface GroupVersionFacts {
  readonly group: string;
  readonly version: string;
  readonly resources: readonly DiscoveryResource[];
  readonly definitions: Readonly<Record<string, OpenApiNode>>;
}

function readJson<T>(path: string): T {
  return JSON.parse(readFileSync(path, 'utf8')) as T;
}

/**
 * Every group-version that a default API server serves, core first, then as discovery lists them.
 * Kubernetes: `DefaultAPIResourceConfigSource` enables the stable versions and no alpha or beta.
 */
export function readGroupVersions(modules: string): readonly GroupVersionFacts[] {
  const api = join(modules, `kubernetes@${kubernetesVersion}`, 'api');
  const names = readdirSync(join(api, 'discovery'))
    .filter(name => name === 'api__v1.json' || /^apis__[^_]+__v\d+\.json$/.test(name))
    .sort();
  return names.map(name => {
    const discovery = readJson<{ groupVersion: string; resources: DiscoveryResource[] }>(join(api, 'discovery', name));
    const openapi = readJson<{ components: { schemas: Record<string, OpenApiNode> } }>(
      join(api, 'openapi-spec', 'v3', name.replace('.json', '_openapi.json')),
    );
    const [left, right] = discovery.groupVersion.split('/');
    return {
      group: right === undefined ? '' : left!,
      version: right ?? left!,
      resources: discovery.resources,
      definitions: openapi.components.schemas,
    };
  });
}

/** Documents beside those of group-versions: what `/api`, `/apis` and `/version` answer. */
const plainDocuments = ['api_openapi.json', 'apis_openapi.json', 'version_openapi.json'];

/** Every definition of the given group-versions and of discovery itself, in name order. */
export function mergeDefinitions(
  modules: string,
  groupVersions: readonly GroupVersionFacts[],
): ReadonlyMap<string, OpenApiNode> {
  const all = new Map<string, OpenApiNode>();
  const folder = join(modules, `kubernetes@${kubernetesVersion}`, 'api', 'openapi-spec', 'v3');
  for (const name of plainDocuments) {
    const document = readJson<{ components: { schemas: Record<string, OpenApiNode> } }>(join(folder, name));
    for (const [definition, node] of Object.entries(document.components.schemas)) all.set(definition, node);
  }
  for (const facts of groupVersions) {
    for (const [name, node] of Object.entries(facts.definitions)) all.set(name, node);
  }
  return new Map([...all].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
}
