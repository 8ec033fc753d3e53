import { compareText } from '../json/index.ts';
import { type Edition, referenceTo } from './edition.ts';
import type { Operation, PathItem, Payload } from './operation.ts';
import { pathTexts, type QueryParameter } from './operation-parameters.ts';
import type { JsonNode } from './published-resource.ts';

const patchTypes = [
  'application/json-patch+json',
  'application/merge-patch+json',
  'application/strategic-merge-patch+json',
  'application/apply-patch+yaml',
];
const streamSuffix = ';stream=watch';
const protobuf = 'application/vnd.kubernetes.protobuf';
const codeTexts: Readonly<Record<number, string>> = { 200: 'OK', 201: 'Created', 202: 'Accepted' };

/** Turns operations into path items. `referTo` makes sure that what an operation names is defined. */
export class PathWriter {
  readonly #edition: Edition;
  readonly #contentTypes: readonly string[];
  readonly #definitionOf: (payload: Exclude<Payload, { kind: 'text' }>) => string;

  constructor(
    edition: Edition,
    contentTypes: readonly string[],
    definitionOf: (payload: Exclude<Payload, { kind: 'text' }>) => string,
  ) {
    this.#edition = edition;
    this.#contentTypes = contentTypes;
    this.#definitionOf = definitionOf;
  }

  write(item: PathItem): JsonNode {
    const node: JsonNode = {};
    const shared = sharedQuery(item.operations);
    for (const operation of item.operations) {
      const query = operation.query.filter(({ name }) => !shared.some(each => each.name === name));
      node[operation.method] = this.#writeOperation({ ...operation, query });
    }
    const kind = item.operations[0]?.kind?.kind ?? 'object';
    const parameters = [
      ...item.pathParameters.map(name => this.#writePathParameter(name, kind)),
      ...shared.map(parameter => this.#writeParameter(parameter, 'query')),
    ];
    if (parameters.length > 0) node['parameters'] = sortByName(parameters);
    return node;
  }

  #writeOperation(operation: Operation): JsonNode {
    const query = sortByName(operation.query.map(parameter => this.#writeParameter(parameter, 'query')));
    const { action, kind } = operation;
    return {
      description: operation.description,
      operationId: operation.id,
      tags: [operation.tag],
      ...(this.#edition === 'v2' ? this.#writeV2(operation, query) : this.#writeV3(operation, query)),
      ...(action === undefined ? {} : { 'x-kubernetes-action': action }),
      ...(kind === undefined
        ? {}
        : { 'x-kubernetes-group-version-kind': { group: kind.group, kind: kind.kind, version: kind.version } }),
    };
  }

  #writePathParameter(name: string, kind: string): JsonNode {
    const text = pathTexts[name] ?? `name of the ${kind}`;
    return { ...this.#writeParameter({ name, type: 'string', text }, 'path'), required: true };
  }

  #writeParameter({ name, type, text }: QueryParameter, place: 'query' | 'path'): JsonNode {
    const scalar = { type, uniqueItems: true };
    return { description: text, in: place, name, ...(this.#edition === 'v2' ? scalar : { schema: scalar }) };
  }

  #writeV2(operation: Operation, query: readonly JsonNode[]): JsonNode {
    const { body } = operation;
    const parameters =
      body === undefined
        ? query
        : [
            {
              in: 'body',
              name: 'body',
              ...(body.isRequired ? { required: true } : {}),
              schema: this.#schemaOf(body.payload),
            },
            ...query,
          ];
    const responses: JsonNode = {};
    for (const code of operation.codes) {
      responses[code] = { description: codeTexts[code], schema: this.#schemaOf(operation.response) };
    }
    return {
      consumes: operation.action === 'patch' ? patchTypes : ['*/*'],
      produces: this.#typesOf(operation),
      schemes: ['https'],
      ...(parameters.length === 0 ? {} : { parameters }),
      responses: { ...responses, 401: { description: 'Unauthorized' } },
    };
  }

  #writeV3(operation: Operation, query: readonly JsonNode[]): JsonNode {
    const { body } = operation;
    const responses: JsonNode = {};
    const content = contentOf(this.#typesOf(operation), this.#schemaOf(operation.response));
    for (const code of operation.codes) responses[code] = { description: codeTexts[code], content };
    const bodyTypes = operation.action === 'patch' ? patchTypes : ['*/*'];
    return {
      ...(query.length === 0 ? {} : { parameters: query }),
      ...(body === undefined
        ? {}
        : {
            requestBody: {
              content: contentOf(bodyTypes, this.#schemaOf(body.payload)),
              ...(body.isRequired ? { required: true } : {}),
            },
          }),
      responses: { ...responses, 401: { description: 'Unauthorized' } },
    };
  }

  #typesOf(operation: Operation): readonly string[] {
    if (operation.contentTypes !== undefined) return operation.contentTypes;
    const types = operation.isCustom ? this.#contentTypes.filter(type => type !== protobuf) : this.#contentTypes;
    if (operation.response.kind === 'text') return ['text/plain', ...types];
    const { action } = operation;
    if (action !== 'list' && action !== 'watch' && action !== 'watchlist') return types;
    const streamed = types.filter(type => type !== 'application/yaml' && !operation.isCustom);
    return [...types, ...streamed.map(type => `${type}${streamSuffix}`)];
  }

  #schemaOf(payload: Payload): JsonNode {
    return payload.kind === 'text'
      ? { type: 'string' }
      : { $ref: referenceTo(this.#edition, this.#definitionOf(payload)) };
  }
}

function contentOf(types: readonly string[], schema: JsonNode): JsonNode {
  return Object.fromEntries(types.map(type => [type, { schema }]));
}

/** What all operations of a path accept stands once, at the path. */
function sharedQuery([first, ...others]: readonly Operation[]): readonly QueryParameter[] {
  if (first === undefined) return [];
  return first.query.filter(parameter => others.every(({ query }) => query.includes(parameter)));
}

function sortByName(parameters: readonly JsonNode[]): readonly JsonNode[] {
  return [...parameters].sort((a, b) => compareText(String(a['name']), String(b['name'])));
}
