import { isSchemaList, itemsOf, type JsonSchema } from '../schema/json-schema.ts';
import type { Descriptions } from './descriptions.ts';
import { type Edition, referenceTo } from './edition.ts';
import { type GroupVersionKind, type JsonNode, nameCustomDefinition } from './published-resource.ts';

const metaPrefix = 'io.k8s.apimachinery.pkg.apis.meta.v1';

/** Where the texts of fields come from that all kinds have. */
const exemplary = 'io.k8s.api.apps.v1.Deployment';

/** References in upstream's published OpenAPI carry no text of their own, so there is none to be had for these. */
const metadataTexts = { ObjectMeta: "Standard object's metadata.", ListMeta: 'Standard list metadata.' } as const;

/** The definitions of a CRD version: its kind and its list. */
export function writeCustomDefinitions(
  edition: Edition,
  kind: GroupVersionKind,
  schema: JsonSchema,
  descriptions: Descriptions,
): readonly (readonly [string, JsonNode])[] {
  const name = nameCustomDefinition(kind);
  const listKind = { ...kind, kind: `${kind.kind}List` };
  const object: JsonNode = { ...writeRoot(edition, schema, descriptions), 'x-kubernetes-group-version-kind': [kind] };
  const list: JsonNode = {
    description: `A list of ${kind.kind}.`,
    type: 'object',
    required: ['items'],
    properties: {
      ...implicitProperties(edition, 'ListMeta', descriptions),
      items: { type: 'array', items: { $ref: referenceTo(edition, name) } },
    },
    'x-kubernetes-group-version-kind': [listKind],
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
  const root = writeCustomSchema(edition, schema);
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

/** One node of a CRD's schema. OpenAPI 3 takes it as it is; OpenAPI 2 cannot say everything, and kubectl even less. */
export function writeCustomSchema(edition: Edition, schema: JsonSchema): JsonNode {
  return edition === 'v3' ? mapChildren(edition, schema, { ...schema }) : writeForV2(schema);
}

/**
 * Kubernetes: `ToStructuralOpenAPIV2`. Junctors go; nullable values and those that preserve unknown fields become untyped,
 * because kubectl's validation would refuse them.
 */
function writeForV2(schema: JsonSchema): JsonNode {
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
  return mapChildren('v2', node as JsonSchema, node);
}

function requiredInV2(schema: JsonSchema): readonly string[] | undefined {
  const { additionalProperties } = schema;
  if (typeof additionalProperties === 'object' && additionalProperties.nullable === true) return undefined;
  const required = schema.required?.filter(name => schema.properties?.[name]?.nullable !== true);
  return required?.length === 0 ? undefined : required;
}

function mapChildren(edition: Edition, schema: JsonSchema, node: JsonNode): JsonNode {
  const write = (child: JsonSchema): JsonNode => writeCustomSchema(edition, child);
  const items = itemsOf(schema);
  if (items !== undefined) node['items'] = write(items);
  else if (isSchemaList(schema.items)) delete node['items'];
  if (schema.properties !== undefined) {
    node['properties'] = Object.fromEntries(
      Object.entries(schema.properties).map(([name, child]) => [name, write(child)] as const),
    );
  }
  if (typeof schema.additionalProperties === 'object') {
    node['additionalProperties'] = write(schema.additionalProperties);
  }
  for (const name of Object.keys(node)) if (node[name] === undefined) delete node[name];
  return node;
}
