import { isSchemaList, itemsOf, type JsonSchema } from '../schema/json-schema.ts';
import type { Descriptions } from './descriptions.ts';
import { type Edition, referenceTo } from './edition.ts';
import { type JsonNode, nameCustomDefinition, type PublishedResource } from './published-resource.ts';

const metaPrefix = 'io.k8s.apimachinery.pkg.apis.meta.v1';

/** Where the texts of fields come from that all kinds have. */
const exemplary = 'io.k8s.api.apps.v1.Deployment';

/** References in upstream's published OpenAPI carry no text of their own, so there is none to be had for these. */
const metadataTexts = { ObjectMeta: "Standard object's metadata.", ListMeta: 'Standard list metadata.' } as const;

/** The definitions of a CRD version: its kind and its list. */
export function writeCustomDefinitions(
  edition: Edition,
  { type, customSchema = {}, selectableFields }: PublishedResource,
  descriptions: Descriptions,
): readonly (readonly [string, JsonNode])[] {
  const kind = { group: type.group, version: type.version, kind: type.kind };
  const selectable =
    selectableFields === undefined
      ? {}
      : { 'x-kubernetes-selectable-fields': selectableFields.map(fieldPath => ({ fieldPath })) };
  const name = nameCustomDefinition(kind);
  const listKind = { ...kind, kind: `${kind.kind}List` };
  const object: JsonNode = {
    ...writeRoot(edition, customSchema, descriptions),
    'x-kubernetes-group-version-kind': [kind],
    ...selectable,
  };
  const list: JsonNode = {
    description: `A list of ${kind.kind}.`,
    type: 'object',
    required: ['items'],
    properties: {
      ...implicitProperties(edition, 'ListMeta', descriptions),
      items: { type: 'array', items: { $ref: referenceTo(edition, name) } },
    },
    'x-kubernetes-group-version-kind': [listKind],
    ...selectable,
  };
  return [
    [name, object],
    [nameCustomDefinition(listKind), list],
  ];
}

/**
 * Kubernetes: where unknown fields are kept, OpenAPI 2 lists no properties at all, not even metadata: kubectl would refuse
 * every other field.
 */
function writeRoot(edition: Edition, schema: JsonSchema, descriptions: Descriptions): JsonNode {
  const isAbsent = Object.keys(schema).length === 0;
  if (isAbsent || (edition === 'v2' && schema['x-kubernetes-preserve-unknown-fields'] === true))
    return { type: 'object' };
  const root = new CustomSchemaWriter(edition, descriptions).write(schema);
  return {
    ...root,
    type: 'object',
    properties: { ...implicitProperties(edition, 'ObjectMeta', descriptions), ...withoutImplicit(root['properties']) },
  };
}

function implicitProperties(
  edition: Edition,
  metadata: 'ObjectMeta' | 'ListMeta',
  descriptions: Descriptions,
): JsonNode {
  const definition = metadata === 'ListMeta' ? `${exemplary}List` : exemplary;
  const describe = (field: string): JsonNode => {
    const description = descriptions.describe(definition, field);
    return description === undefined ? {} : { description };
  };
  const reference = { $ref: referenceTo(edition, `${metaPrefix}.${metadata}`) };
  return {
    apiVersion: { ...describe('apiVersion'), type: 'string' },
    kind: { ...describe('kind'), type: 'string' },
    // OpenAPI 3 allows nothing beside a reference.
    metadata: { description: metadataTexts[metadata], ...(edition === 'v2' ? reference : { allOf: [reference] }) },
  };
}

function withoutImplicit(properties: unknown): JsonNode {
  const { apiVersion: _, kind: __, metadata: ___, ...rest } = (properties ?? {}) as JsonNode;
  return rest;
}

/**
 * Kubernetes: `ToStructuralOpenAPIV2`. Junctors go; nullable values and those that preserve unknown fields become untyped,
 * because kubectl's validation would refuse them.
 */
function forV2(schema: JsonSchema): JsonNode {
  const { allOf: _, anyOf: __, oneOf: ___, not: ____, nullable, default: _____, ...rest } = schema;
  const node: JsonNode = { ...rest };
  const preserves = schema['x-kubernetes-preserve-unknown-fields'] === true;
  if (nullable === true || preserves) {
    delete node['items'];
    delete node['properties'];
  }
  const isBareArray = node['type'] === 'array' && node['items'] === undefined;
  if (nullable === true || isBareArray || (preserves && node['type'] === 'object')) delete node['type'];
  const required = requiredInV2(schema);
  if (required === undefined) delete node['required'];
  else node['required'] = required;
  return node;
}

function requiredInV2(schema: JsonSchema): readonly string[] | undefined {
  const { additionalProperties } = schema;
  if (typeof additionalProperties === 'object' && additionalProperties.nullable === true) return undefined;
  const required = schema.required?.filter(name => schema.properties?.[name]?.nullable !== true);
  return required?.length === 0 ? undefined : required;
}

/** Kubernetes: what the extension says, for clients that do not know it. */
function forV3(schema: JsonSchema): JsonNode {
  const isEither = schema['x-kubernetes-int-or-string'] === true;
  if (!isEither || schema.anyOf !== undefined || schema.allOf?.some(each => each.anyOf !== undefined) === true) {
    return { ...schema };
  }
  return { ...schema, anyOf: [{ type: 'integer' }, { type: 'string' }] };
}

/** The nodes of a CRD's schema. OpenAPI 3 takes them as they are; OpenAPI 2 cannot say everything, and kubectl even less. */
class CustomSchemaWriter {
  readonly #edition: Edition;
  readonly #descriptions: Descriptions;

  constructor(edition: Edition, descriptions: Descriptions) {
    this.#edition = edition;
    this.#descriptions = descriptions;
  }

  write(schema: JsonSchema): JsonNode {
    const node = this.#edition === 'v3' ? forV3(schema) : forV2(schema);
    this.#writeChildren(node as JsonSchema, node);
    if (schema['x-kubernetes-embedded-resource'] === true) this.#addImplicit(schema, node);
    for (const name of Object.keys(node)) if (node[name] === undefined) delete node[name];
    return node;
  }

  #writeChildren(schema: JsonSchema, node: JsonNode): void {
    const items = itemsOf(schema);
    if (items !== undefined) node['items'] = this.write(items);
    else if (isSchemaList(schema.items)) delete node['items'];
    if (schema.properties !== undefined) {
      node['properties'] = Object.fromEntries(
        Object.entries(schema.properties).map(([name, child]) => [name, this.write(child)] as const),
      );
    }
    if (typeof schema.additionalProperties === 'object') {
      node['additionalProperties'] = this.write(schema.additionalProperties);
    }
  }

  /** Kubernetes: `addEmbeddedProperties`. */
  #addImplicit(schema: JsonSchema, node: JsonNode): void {
    if (this.#edition === 'v2' && schema['x-kubernetes-preserve-unknown-fields'] === true) return;
    const required = (node['required'] ?? []) as readonly string[];
    node['properties'] = {
      ...withoutImplicit(node['properties']),
      ...implicitProperties(this.#edition, 'ObjectMeta', this.#descriptions),
    };
    node['required'] = [...required, ...['kind', 'apiVersion'].filter(name => !required.includes(name))];
  }
}
