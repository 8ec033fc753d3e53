import { type Edition, referenceTo } from './edition.ts';
import type { QueryParameter } from './operation-parameters.ts';
import type { Operation, PathItem, Payload } from './operations.ts';
import type { JsonNode } from './published-resource.ts';

const patchTypes = [
  'application/json-patch+json',
  'application/merge-patch+json',
  'application/strategic-merge-patch+json',
  'application/apply-patch+yaml',
];
const streamTypes = ['application/json;stream=watch'];
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
    for (const operation of item.operations) node[operation.method] = this.#writeOperation(operation);
    if (item.pathParameters.length > 0) {
      node['parameters'] = item.pathParameters.map(name => this.#writeParameter({ name, type: 'string' }, 'path'));
    }
    return node;
  }

  #writeOperation(operation: Operation): JsonNode {
    const query = operation.query.map(parameter => this.#writeParameter(parameter, 'query'));
    const { group, kind, version } = operation.kind;
    return {
      description: operation.description,
      operationId: operation.id,
      tags: [operation.tag],
      ...(this.#edition === 'v2' ? this.#writeV2(operation, query) : this.#writeV3(operation, query)),
      'x-kubernetes-action': operation.action,
      'x-kubernetes-group-version-kind': { group, kind, version },
    };
  }

  #writeParameter({ name, type }: QueryParameter, place: 'query' | 'path'): JsonNode {
    const scalar = { type, uniqueItems: true };
    return {
      in: place,
      name,
      ...(place === 'path' ? { required: true } : {}),
      ...(this.#edition === 'v2' ? scalar : { schema: scalar }),
    };
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
      parameters,
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
      parameters: query,
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
    if (operation.action === 'connect') return ['*/*'];
    if (operation.response.kind === 'text') return ['text/plain', ...this.#contentTypes];
    return operation.action === 'list' ? [...this.#contentTypes, ...streamTypes] : this.#contentTypes;
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
