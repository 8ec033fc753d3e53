import { isMap, type Json, type JsonMap } from './json-value.ts';

/** What OpenAPI v3 says of one path. */
export interface ModelPath {
  /** `/apis/apps/v1/namespaces/{namespace}/deployments/{name}/scale` */
  readonly template: string;
  /** By method in upper case. */
  readonly operations: ReadonlyMap<string, ModelOperation>;
}

export interface ModelOperation {
  readonly method: string;
  /** `x-kubernetes-action`: `list`, `post`, `deletecollection`. */
  readonly action: string;
  /** Names of query parameters. */
  readonly query: readonly string[];
  /** Of the body, as written: with a `$ref` into `ApiModel.schemas`. */
  readonly bodySchema: JsonMap | undefined;
  /** That the body may have. */
  readonly contentTypes: readonly string[];
}

/** A kind that objects can be made of. */
export interface ModelResource {
  readonly group: string;
  readonly version: string;
  readonly apiVersion: string;
  readonly kind: string;
  /** `deployments` */
  readonly plural: string;
  readonly isNamespaced: boolean;
  /** `/apis/apps/v1/namespaces/{namespace}/deployments`; without the namespace for cluster-scoped kinds. */
  readonly collection: ModelPath;
  /** Of one object. Absent for kinds that are only computed (`tokenreviews`). */
  readonly item: ModelPath | undefined;
  readonly subresources: readonly ModelPath[];
  readonly schema: JsonMap;
}

export interface ApiModel {
  readonly resources: readonly ModelResource[];
  readonly paths: readonly ModelPath[];
  readonly schemas: ReadonlyMap<string, JsonMap>;
}

/** Reads every document of a server's OpenAPI v3. `read` resolves to the JSON at a path. */
export async function readApiModel(read: (path: string) => Promise<Json>): Promise<ApiModel> {
  const index = (await read('/openapi/v3')) as { paths: Record<string, { serverRelativeURL: string }> };
  const schemas = new Map<string, JsonMap>();
  const paths: ModelPath[] = [];
  for (const name of Object.keys(index.paths).sort()) {
    const document = (await read(index.paths[name]!.serverRelativeURL)) as JsonMap;
    const components = document['components'] as { schemas?: Record<string, JsonMap> } | undefined;
    for (const [key, schema] of Object.entries(components?.schemas ?? {})) schemas.set(key, schema);
    const described = (document['paths'] ?? {}) as Record<string, JsonMap>;
    for (const template of Object.keys(described).sort()) paths.push(readPath(template, described[template]!));
  }
  return { schemas, paths, resources: listResources(paths) };
}

function readPath(template: string, item: JsonMap): ModelPath {
  const operations = new Map<string, ModelOperation>();
  for (const [name, operation] of Object.entries(item)) {
    if (!isMap(operation) || name === 'parameters') continue;
    const shared = (item['parameters'] ?? []) as JsonMap[];
    const method = name.toUpperCase();
    operations.set(method, readOperation(method, operation, shared));
  }
  return { template, operations };
}

function readOperation(method: string, operation: JsonMap, shared: readonly JsonMap[]): ModelOperation {
  const parameters = [...shared, ...((operation['parameters'] ?? []) as JsonMap[])];
  const content = ((operation['requestBody'] as JsonMap | undefined)?.['content'] ?? {}) as Record<string, JsonMap>;
  return {
    method,
    action: String(operation['x-kubernetes-action'] ?? ''),
    query: parameters.flatMap(one => (one['in'] === 'query' ? [String(one['name'])] : [])),
    bodySchema: Object.values(content)[0]?.['schema'] as JsonMap | undefined,
    contentTypes: Object.keys(content).filter(type => type !== '*/*'),
  };
}

/** The kinds whose collection takes a POST of themselves. */
function listResources(paths: readonly ModelPath[]): ModelResource[] {
  const byTemplate = new Map(paths.map(path => [path.template, path]));
  const resources: ModelResource[] = [];
  for (const collection of paths) {
    const match = /^\/(?:api|apis\/([^/]+))\/([^/]+)(\/namespaces\/\{namespace\})?\/([^/{}]+)$/.exec(
      collection.template,
    );
    const post = collection.operations.get('POST');
    if (match === null || post?.bodySchema === undefined) continue;
    const [, group = '', version = '', namespaced, plural = ''] = match;
    const reference = String(post.bodySchema['$ref'] ?? '');
    resources.push({
      group,
      version,
      apiVersion: group === '' ? version : `${group}/${version}`,
      kind: reference.slice(reference.lastIndexOf('.') + 1),
      plural,
      isNamespaced: namespaced !== undefined,
      collection,
      item: byTemplate.get(`${collection.template}/{name}`),
      subresources: paths.filter(path => path.template.startsWith(`${collection.template}/{name}/`)),
      schema: post.bodySchema,
    });
  }
  return resources;
}
