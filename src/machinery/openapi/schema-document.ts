import type { AnySchema, FieldSchema, ObjectSchema, ScalarSchema, Schema } from '../schema/schema.ts';
import type { Descriptions } from './descriptions.ts';
import { type Edition, referenceTo } from './edition.ts';
import type { GroupVersionKind, JsonNode } from './published-resource.ts';

const meta = 'io.k8s.apimachinery.pkg.apis.meta.v1';
const schemaProps = 'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1';

/** Scalars that are definitions of their own. */
const scalarDefinitions: Readonly<Record<string, string>> = {
  quantity: 'io.k8s.apimachinery.pkg.api.resource.Quantity',
  time: `${meta}.Time`,
  'micro-time': `${meta}.MicroTime`,
  'int-or-string': 'io.k8s.apimachinery.pkg.util.intstr.IntOrString',
};

/** Definitions that no table holds, in either edition. */
const leafDefinitions: Readonly<Record<string, Readonly<Record<Edition, JsonNode>>>> = {
  [scalarDefinitions['quantity']!]: {
    v2: { type: 'string' },
    v3: { oneOf: [{ type: 'string' }, { type: 'number' }] },
  },
  [scalarDefinitions['int-or-string']!]: {
    v2: { type: 'string', format: 'int-or-string' },
    v3: { format: 'int-or-string', oneOf: [{ type: 'integer' }, { type: 'string' }] },
  },
  [scalarDefinitions['time']!]: same({ type: 'string', format: 'date-time' }),
  [scalarDefinitions['micro-time']!]: same({ type: 'string', format: 'date-time' }),
  [`${meta}.FieldsV1`]: same({ type: 'object' }),
  [`${meta}.Patch`]: same({ type: 'object' }),
  'io.k8s.apimachinery.pkg.runtime.RawExtension': same({ type: 'object' }),
  'io.k8s.apimachinery.pkg.version.Info': same(versionInfo()),
  [`${schemaProps}.JSON`]: same({}),
  [`${schemaProps}.JSONSchemaPropsOrArray`]: same({}),
  [`${schemaProps}.JSONSchemaPropsOrBool`]: same({}),
  [`${schemaProps}.JSONSchemaPropsOrStringArray`]: same({}),
};

/** What `/version` answers. */
function versionInfo(): JsonNode {
  const names = [
    'major',
    'minor',
    'gitVersion',
    'gitCommit',
    'gitTreeState',
    'buildDate',
    'goVersion',
    'compiler',
    'platform',
  ];
  const optional = ['emulationMajor', 'emulationMinor', 'minCompatibilityMajor', 'minCompatibilityMinor'];
  const properties = Object.fromEntries([...names, ...optional].sort().map(name => [name, { type: 'string' }]));
  return { type: 'object', properties, required: names };
}

export const leafDefinitionNames: readonly string[] = Object.keys(leafDefinitions);

function same(node: JsonNode): Readonly<Record<Edition, JsonNode>> {
  return { v2: node, v3: node };
}

/**
 * Collects definitions for one document: each is written once, together with everything it refers to, and read again
 * by nobody. Built-in kinds' schemas are the source; what Kubernetes publishes beyond them is only descriptions.
 */
export class DefinitionWriter {
  readonly #edition: Edition;
  readonly #descriptions: Descriptions;
  /** Which kinds a definition stands for; empty for parts of kinds. */
  readonly #kindsOf: (definition: string) => readonly GroupVersionKind[];
  readonly #written = new Map<string, JsonNode>();

  constructor(
    edition: Edition,
    descriptions: Descriptions,
    kindsOf: (definition: string) => readonly GroupVersionKind[],
  ) {
    this.#edition = edition;
    this.#descriptions = descriptions;
    this.#kindsOf = kindsOf;
  }

  /** All definitions in name order. */
  finish(): JsonNode {
    return Object.fromEntries([...this.#written].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
  }

  /** Adds a definition made elsewhere (a CRD's). */
  add(name: string, node: JsonNode): void {
    this.#written.set(name, node);
  }

  /** A reference to an object's definition, which is written if it is not there yet. */
  refer(schema: ObjectSchema): string {
    const name = schema.name!;
    if (!this.#written.has(name)) {
      this.#written.set(name, {});
      this.#written.set(name, this.#writeObject(name, schema));
    }
    return referenceTo(this.#edition, name);
  }

  referToLeaf(name: string): string {
    const leaf = leafDefinitions[name];
    if (leaf === undefined) throw new Error(`OpenAPI: no definition ${name}`);
    if (!this.#written.has(name)) {
      this.#written.set(name, withDescription(this.#descriptions.describe(name), leaf[this.#edition]));
    }
    return referenceTo(this.#edition, name);
  }

  #writeObject(name: string, schema: ObjectSchema): JsonNode {
    const properties: JsonNode = {};
    for (const field of schema.fields.values()) properties[field.name] = this.#writeField(name, field);
    const required = [...schema.fields.values()].filter(field => field.isRequired).map(field => field.name);
    const kinds = schema.isKind === true ? this.#kindsOf(name) : [];
    return {
      ...withDescription(this.#descriptions.describe(name), { type: 'object' }),
      ...(schema.fields.size === 0 ? {} : { properties }),
      ...(required.length === 0 ? {} : { required }),
      ...(kinds.length === 0 ? {} : { 'x-kubernetes-group-version-kind': kinds }),
      ...(schema.mapType === undefined ? {} : { 'x-kubernetes-map-type': schema.mapType }),
      ...(schema.publishedUnions === undefined ? {} : { 'x-kubernetes-unions': schema.publishedUnions }),
    };
  }

  #writeField(owner: string, field: FieldSchema): JsonNode {
    const node = this.#writeSchema(field.schema);
    const siblings: JsonNode = withDescription(this.#descriptions.describe(owner, field.name), {});
    if (this.#edition === 'v3' && field.default !== undefined) siblings['default'] = field.default;
    if (field.patchMergeKey !== undefined) siblings['x-kubernetes-patch-merge-key'] = field.patchMergeKey;
    if (field.patchStrategy !== undefined) siblings['x-kubernetes-patch-strategy'] = field.patchStrategy;
    if (field.schema.type === 'object' && field.schema.definition !== undefined) {
      siblings['x-kubernetes-map-type'] = field.schema.mapType;
    }
    return this.#withSiblings(node, siblings);
  }

  /** OpenAPI 3 ignores what stands beside a `$ref`, so there the reference moves into `allOf`. */
  #withSiblings(node: JsonNode, siblings: JsonNode): JsonNode {
    const isWrapped = this.#edition === 'v3' && node['$ref'] !== undefined && Object.keys(siblings).length > 0;
    return isWrapped ? { allOf: [node], ...siblings } : { ...node, ...siblings };
  }

  #writeSchema(schema: Schema): JsonNode {
    switch (schema.type) {
      case 'object':
        return { $ref: this.refer(schema.definition ?? schema) };
      case 'any':
        return this.#writeAny(schema);
      case 'list':
        return {
          type: 'array',
          items: this.#writeInner(schema.items),
          ...(schema.keys === undefined ? {} : { 'x-kubernetes-list-map-keys': schema.keys }),
          ...(schema.listType === undefined ? {} : { 'x-kubernetes-list-type': schema.listType }),
        };
      case 'map':
        return {
          type: 'object',
          additionalProperties: this.#writeInner(schema.values),
          ...(schema.mapType === undefined ? {} : { 'x-kubernetes-map-type': schema.mapType }),
        };
      default:
        return this.#writeScalar(schema);
    }
  }

  #writeAny(schema: AnySchema): JsonNode {
    return schema.name === undefined ? {} : { $ref: this.referToLeaf(schema.name) };
  }

  #writeScalar(schema: ScalarSchema): JsonNode {
    const definition = scalarDefinitions[schema.type === 'int-or-string' ? schema.type : (schema.format ?? '')];
    if (definition !== undefined) return { $ref: this.referToLeaf(definition) };
    const node: JsonNode = { type: schema.type };
    if (schema.format !== undefined) node['format'] = schema.format;
    if (schema.constraints?.enum !== undefined) node['enum'] = schema.constraints.enum;
    return node;
  }

  /** Kubernetes: items and map values state Go's zero as their default, in OpenAPI 3 only. */
  #writeInner(schema: Schema): JsonNode {
    const node = this.#writeSchema(schema);
    if (this.#edition === 'v2') return node;
    if (schema.type === 'object') return this.#withSiblings(node, { default: {} });
    if (schema.type === 'boolean') return { ...node, default: false };
    if (schema.type === 'integer' || schema.type === 'number') return { ...node, default: 0 };
    return node['type'] === 'string' && schema.type === 'string' && schema.format === undefined
      ? { ...node, default: '' }
      : node;
  }
}

export function withDescription(description: string | undefined, node: JsonNode): JsonNode {
  return description === undefined ? { ...node } : { description, ...node };
}
