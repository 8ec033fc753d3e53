import { itemsOf, type JsonSchema } from './json-schema.ts';
import type { Constraints, FieldSchema, ListSchema, ObjectSchema, Schema } from './schema.ts';

/** What every custom object has although no schema says so. */
export interface ImplicitSchemas {
  /** `ObjectMeta`, which built-in kinds and CustomResources share. */
  readonly objectMeta: ObjectSchema;
}

const text: Schema = { type: 'string' };

/**
 * The schema of a CRD's version. `apiVersion`, `kind` and `metadata` are always there, whatever the schema says of them;
 * without a schema, or with `preserveUnknownFields`, everything is kept.
 */
export function compileCrdSchema(
  schema: JsonSchema | undefined,
  implicit: ImplicitSchemas,
  preservesUnknownFields = false,
): ObjectSchema {
  const root = schema === undefined ? undefined : compileObject(schema, implicit);
  return {
    ...withImplicitFields(root ?? { type: 'object', fields: new Map() }, implicit),
    isKind: true,
    preserveUnknown: root === undefined || preservesUnknownFields || root.preserveUnknown,
  };
}

function compile(schema: JsonSchema, implicit: ImplicitSchemas): Schema {
  if (schema['x-kubernetes-int-or-string'] === true) return { ...shared(schema), type: 'int-or-string' };
  switch (schema.type) {
    case 'object':
      return compileObjectOrMap(schema, implicit);
    case 'array':
      return compileList(schema, implicit);
    case 'string':
    case 'integer':
    case 'number':
    case 'boolean':
      return { ...shared(schema), type: schema.type, format: schema.format };
    default:
      return { type: 'any', nullable: schema.nullable, constraints: constraintsOf(schema) };
  }
}

function compileList(schema: JsonSchema, implicit: ImplicitSchemas): ListSchema {
  const items = itemsOf(schema);
  return {
    ...shared(schema),
    type: 'list',
    items: items === undefined ? { type: 'any' } : compile(items, implicit),
    listType: schema['x-kubernetes-list-type'] as ListSchema['listType'],
    keys: schema['x-kubernetes-list-map-keys'],
  };
}

/** Kubernetes: properties make a struct, additionalProperties a map; a structural schema has one of them. */
function compileObjectOrMap(schema: JsonSchema, implicit: ImplicitSchemas): Schema {
  const { additionalProperties } = schema;
  const isMap = schema.properties === undefined && additionalProperties !== undefined && additionalProperties !== false;
  if (!isMap || schema['x-kubernetes-embedded-resource'] === true) return compileObject(schema, implicit);
  return {
    ...shared(schema),
    type: 'map',
    values: additionalProperties === true ? { type: 'any' } : compile(additionalProperties, implicit),
    mapType: schema['x-kubernetes-map-type'] as 'granular' | 'atomic' | undefined,
  };
}

function compileObject(schema: JsonSchema, implicit: ImplicitSchemas): ObjectSchema {
  const { additionalProperties } = schema;
  const required = new Set(schema.required);
  const fields = Object.entries(schema.properties ?? {}).map(
    ([name, child]) => [name, fieldOf(name, child, required.has(name), implicit)] as const,
  );
  const isEmbedded = schema['x-kubernetes-embedded-resource'] === true;
  const object: ObjectSchema = {
    ...shared(schema),
    type: 'object',
    fields: new Map(fields),
    preserveUnknown: schema['x-kubernetes-preserve-unknown-fields'],
    additional:
      typeof additionalProperties === 'object'
        ? compile(additionalProperties, implicit)
        : additionalProperties === true
          ? { type: 'any' }
          : undefined,
    isEmbeddedResource: isEmbedded || undefined,
    mapType: schema['x-kubernetes-map-type'] as ObjectSchema['mapType'],
  };
  return isEmbedded ? withImplicitFields(object, implicit) : object;
}

function fieldOf(name: string, schema: JsonSchema, isRequired: boolean, implicit: ImplicitSchemas): FieldSchema {
  return { name, schema: compile(schema, implicit), isRequired, protobufNumber: 0, default: schema.default };
}

function withImplicitFields(object: ObjectSchema, implicit: ImplicitSchemas): ObjectSchema {
  const field = (name: string, schema: Schema): readonly [string, FieldSchema] => [
    name,
    { name, schema, isRequired: false, protobufNumber: 0 },
  ];
  const fields = [field('apiVersion', text), field('kind', text), field('metadata', implicit.objectMeta)];
  const own = [...object.fields].filter(([name]) => !fields.some(([implied]) => implied === name));
  return { ...object, fields: new Map([...fields, ...own]) };
}

function shared(schema: JsonSchema): Pick<ObjectSchema, 'nullable' | 'constraints' | 'rules'> {
  return {
    nullable: schema.nullable,
    constraints: constraintsOf(schema),
    rules: schema['x-kubernetes-validations'],
  };
}

const constraintNames = [
  'enum',
  'minimum',
  'maximum',
  'exclusiveMinimum',
  'exclusiveMaximum',
  'multipleOf',
  'minLength',
  'maxLength',
  'pattern',
  'minItems',
  'maxItems',
  'uniqueItems',
  'minProperties',
  'maxProperties',
  'allOf',
  'anyOf',
  'oneOf',
  'not',
] as const satisfies readonly (keyof Constraints & keyof JsonSchema)[];

function constraintsOf(schema: JsonSchema): Constraints | undefined {
  const present = constraintNames.filter(name => schema[name] !== undefined);
  return present.length === 0 ? undefined : Object.fromEntries(present.map(name => [name, schema[name]]));
}
