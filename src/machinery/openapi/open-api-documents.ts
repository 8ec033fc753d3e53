import { compareText } from '../json/index.ts';
import type { ObjectSchema } from '../schema/schema.ts';
import { writeCustomDefinitions } from './custom-schema-document.ts';
import { type Descriptions, noDescriptions } from './descriptions.ts';
import { fixedPaths, groupPath, resourceListPath } from './discovery-paths.ts';
import type { Edition } from './edition.ts';
import { hashText } from './hash-text.ts';
import type { PathItem, Payload, SharedDefinition } from './operation.ts';
import { pathsOf } from './operations.ts';
import { PathWriter } from './path-document.ts';
import {
  type GroupVersionKind,
  type JsonNode,
  nameCustomDefinition,
  type PublishedResource,
  pathOfGroupVersion,
} from './published-resource.ts';
import { DefinitionWriter } from './schema-document.ts';
import { encodeOpenApiV2 } from './v2-protobuf.ts';

export interface OpenApiOptions {
  /** What is served now, in discovery's order. */
  resources(): readonly PublishedResource[];
  /** Changes whenever `resources` does; documents are made anew only then. */
  generation(): number;
  /** The schema of a built-in kind, `Status` and `DeleteOptions` among them (group `''`, version `v1`). */
  schemaOfKind(group: string, version: string, kind: string): ObjectSchema;
  readonly descriptions?: Descriptions | undefined;
  /** The server's version: `v1.36.0`. */
  readonly version: string;
  /** What bodies may be encoded as; default JSON, YAML and protobuf. */
  readonly contentTypes?: readonly string[] | undefined;
}

interface Documents {
  readonly generation: number;
  readonly resources: readonly PublishedResource[];
  readonly v3: Map<string, string>;
  v3Paths?: readonly string[];
  v2?: string;
  v2Protobuf?: Uint8Array;
}

const metaPrefix = 'io.k8s.apimachinery.pkg.apis.meta.v1';

/**
 * The OpenAPI documents of what is served: one for all in edition 2, one for each group-version in edition 3. Each is
 * made when first asked for, and kept until the served resources change.
 */
export class OpenApiDocuments {
  readonly #options: OpenApiOptions;
  #documents: Documents | undefined;

  constructor(options: OpenApiOptions) {
    this.#options = options;
  }

  /** The Swagger 2.0 document as JSON. */
  v2(): string {
    const documents = this.#current();
    documents.v2 ??= JSON.stringify(this.#write('v2', this.#allItems(), documents.resources));
    return documents.v2;
  }

  /** The same in gnostic's protobuf. */
  v2Protobuf(): Uint8Array {
    const documents = this.#current();
    documents.v2Protobuf ??= encodeOpenApiV2(this.#write('v2', this.#allItems(), documents.resources));
    return documents.v2Protobuf;
  }

  /** The OpenAPI 3.0 document of `api/v1` or `apis/GROUP/VERSION`; undefined where nothing is served. */
  v3(path: string): string | undefined {
    const documents = this.#current();
    const known = documents.v3.get(path);
    if (known !== undefined) return known;
    const items = this.#itemsOf(path);
    if (items.length === 0) return undefined;
    const resources = documents.resources.filter(({ type }) => pathOfGroupVersion(type) === path);
    const text = JSON.stringify(this.#write('v3', items, resources));
    documents.v3.set(path, text);
    return text;
  }

  v3Paths(): readonly string[] {
    const documents = this.#current();
    documents.v3Paths ??= [
      ...fixedPaths.map(({ document }) => document),
      ...groupsOf(documents.resources).map(group => `apis/${group}`),
      ...new Set(documents.resources.map(({ type }) => pathOfGroupVersion(type))),
    ].sort(compareText);
    return documents.v3Paths;
  }

  /** What the document of `path` tells of. */
  #itemsOf(path: string): readonly PathItem[] {
    const { resources } = this.#current();
    const fixed = fixedPaths.filter(({ document }) => document === path).map(({ item }) => item);
    const groups = groupsOf(resources).filter(group => path === `apis/${group}`);
    return [
      ...fixed,
      ...groups.map(groupPath),
      ...itemsOfResources(resources.filter(({ type }) => pathOfGroupVersion(type) === path)),
    ];
  }

  #allItems(): readonly PathItem[] {
    const { resources } = this.#current();
    return [
      ...fixedPaths.map(({ item }) => item),
      ...groupsOf(resources).map(groupPath),
      ...itemsOfResources(resources),
    ];
  }

  /** Changes when the document does. Made from what the document is made from, so that the index costs no document. */
  v3Hash(path: string): string {
    const resources = this.#current().resources.filter(({ type }) => pathOfGroupVersion(type) === path);
    return hashText(`${this.#options.version}\n${JSON.stringify(resources)}`);
  }

  #current(): Documents {
    const generation = this.#options.generation();
    if (this.#documents?.generation !== generation) {
      this.#documents = { generation, resources: this.#options.resources(), v3: new Map() };
    }
    return this.#documents;
  }

  #write(edition: Edition, given: readonly PathItem[], resources: readonly PublishedResource[]): JsonNode {
    const definitions = new DefinitionWriter(edition, this.#options.descriptions ?? noDescriptions, name =>
      this.#kindsOf(name, resources),
    );
    const paths = new PathWriter(
      edition,
      this.#options.contentTypes ?? ['application/json', 'application/yaml', 'application/vnd.kubernetes.protobuf'],
      payload => this.#define(definitions, edition, payload),
    );
    const items = [...given].sort((a, b) => compareText(a.path, b.path));
    const written = Object.fromEntries(items.map(item => [item.path, paths.write(item)] as const));
    return assemble(edition, this.#options.version, written, definitions.finish());
  }

  /** Writes what a payload names, and gives its definition's name. */
  #define(definitions: DefinitionWriter, edition: Edition, payload: Exclude<Payload, { kind: 'text' }>): string {
    if (typeof payload.of === 'string') return this.#defineShared(definitions, payload.of);
    const { of } = payload;
    const custom = this.#current().resources.find(
      ({ type, customSchema }) => customSchema !== undefined && isSameKind(type, of),
    );
    const kind = payload.kind === 'list' ? { ...of, kind: `${of.kind}List` } : of;
    if (custom === undefined) return this.#defineBuiltIn(definitions, kind);
    this.#defineCustom(definitions, edition, custom);
    return nameCustomDefinition(kind);
  }

  #defineShared(definitions: DefinitionWriter, name: SharedDefinition): string {
    if (name === 'Patch' || name === 'Info') {
      const leaf = name === 'Patch' ? `${metaPrefix}.Patch` : 'io.k8s.apimachinery.pkg.version.Info';
      definitions.referToLeaf(leaf);
      return leaf;
    }
    return this.#defineBuiltIn(definitions, { group: '', version: 'v1', kind: name });
  }

  #defineBuiltIn(definitions: DefinitionWriter, { group, version, kind }: GroupVersionKind): string {
    const schema = this.#options.schemaOfKind(group, version, kind);
    definitions.refer(schema);
    return schema.name!;
  }

  #defineCustom(definitions: DefinitionWriter, edition: Edition, resource: PublishedResource): void {
    const { descriptions = noDescriptions } = this.#options;
    const written = writeCustomDefinitions(edition, resource, descriptions);
    for (const [name, node] of written) definitions.add(name, node);
    // A CRD's objects and lists carry the built-in metadata.
    definitions.refer(objectField(this.#options.schemaOfKind('apps', 'v1', 'Deployment'), 'metadata'));
    definitions.refer(objectField(this.#options.schemaOfKind('apps', 'v1', 'DeploymentList'), 'metadata'));
  }

  /** Kubernetes: options that every group-version accepts are published as a kind of each one in the document. */
  #kindsOf(definition: string, published: readonly PublishedResource[]): readonly GroupVersionKind[] {
    const [kind = '', version = '', group = ''] = definition.split('.').reverse();
    if (definition.startsWith(`${metaPrefix}.`)) {
      if (kind !== 'DeleteOptions' && kind !== 'WatchEvent') return [{ group: '', version: 'v1', kind }];
      const groupVersions = new Map(published.map(({ type }) => [pathOfGroupVersion(type), type] as const));
      return [...groupVersions.values()].map(type => ({ group: type.group, version: type.version, kind }));
    }
    const served = this.#current().resources.find(
      ({ type, customSchema }) =>
        customSchema === undefined &&
        type.version === version &&
        (type.group === '' ? 'core' : type.group.split('.')[0]) === group,
    );
    return [{ group: served?.type.group ?? group, version, kind }];
  }
}

/** The named groups, in discovery's order. */
function groupsOf(resources: readonly PublishedResource[]): readonly string[] {
  return [...new Set(resources.map(({ type }) => type.group))].filter(group => group !== '');
}

/** The paths of resources, and of their group-versions' lists. */
function itemsOfResources(resources: readonly PublishedResource[]): readonly PathItem[] {
  const types = new Map(resources.map(({ type }) => [pathOfGroupVersion(type), type] as const));
  return [...[...types.values()].map(resourceListPath), ...resources.flatMap(pathsOf)];
}

function isSameKind(type: PublishedResource['type'], kind: GroupVersionKind): boolean {
  return type.group === kind.group && type.version === kind.version && type.kind === kind.kind;
}

function objectField(schema: ObjectSchema, name: string): ObjectSchema {
  const field = schema.fields.get(name)?.schema;
  if (field?.type !== 'object') throw new Error(`OpenAPI: ${schema.name} has no object ${name}`);
  return field;
}

const security = {
  BearerToken: { description: 'A bearer token', in: 'header', name: 'authorization', type: 'apiKey' },
};

function assemble(edition: Edition, version: string, paths: JsonNode, definitions: JsonNode): JsonNode {
  const info = { title: 'Kubernetes', version };
  return edition === 'v2'
    ? {
        swagger: '2.0',
        info,
        paths,
        definitions,
        securityDefinitions: security,
        security: [{ BearerToken: [] }],
      }
    : { openapi: '3.0.0', info, paths, components: { schemas: definitions, securitySchemes: security } };
}
