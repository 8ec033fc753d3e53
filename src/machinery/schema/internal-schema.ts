import { isSchemaList, type JsonSchema, type JsonSchemaRule } from './json-schema.ts';

/**
 * A schema as upstream prints it in messages: its internal Go struct, every field in its order, as JSON.
 * Kubernetes: `apiextensions.JSONSchemaProps`.
 */
export function internalSchema(given: object): unknown {
  const schema = given as JsonSchema & Readonly<Record<string, unknown>>;
  const { items, additionalProperties } = schema;
  return {
    ID: schema.id ?? '',
    Schema: schema['$schema'] ?? '',
    Ref: schema.$ref ?? null,
    Description: schema['description'] ?? '',
    Type: schema.type ?? '',
    Nullable: schema.nullable ?? false,
    Format: schema.format ?? '',
    Title: schema['title'] ?? '',
    Default: schema.default ?? null,
    Maximum: schema.maximum ?? null,
    ExclusiveMaximum: schema.exclusiveMaximum ?? false,
    Minimum: schema.minimum ?? null,
    ExclusiveMinimum: schema.exclusiveMinimum ?? false,
    MaxLength: schema.maxLength ?? null,
    MinLength: schema.minLength ?? null,
    Pattern: schema.pattern ?? '',
    MaxItems: schema.maxItems ?? null,
    MinItems: schema.minItems ?? null,
    UniqueItems: schema.uniqueItems ?? false,
    MultipleOf: schema.multipleOf ?? null,
    Enum: schema.enum ?? null,
    MaxProperties: schema.maxProperties ?? null,
    MinProperties: schema.minProperties ?? null,
    Required: schema.required ?? null,
    Items:
      items === undefined
        ? null
        : isSchemaList(items)
          ? { Schema: null, JSONSchemas: items.map(internalSchema) }
          : { Schema: internalSchema(items), JSONSchemas: null },
    AllOf: schema.allOf?.map(internalSchema) ?? null,
    OneOf: schema.oneOf?.map(internalSchema) ?? null,
    AnyOf: schema.anyOf?.map(internalSchema) ?? null,
    Not: schema.not === undefined ? null : internalSchema(schema.not),
    Properties: internalSchemas(schema.properties),
    AdditionalProperties: internalSchemaOrBool(additionalProperties),
    PatternProperties: internalSchemas(schema['patternProperties']),
    Dependencies: schema['dependencies'] ?? null,
    AdditionalItems: internalSchemaOrBool(schema['additionalItems']),
    Definitions: internalSchemas(schema['definitions']),
    ExternalDocs: schema['externalDocs'] ?? null,
    Example: schema['example'] ?? null,
    XPreserveUnknownFields: schema['x-kubernetes-preserve-unknown-fields'] ?? null,
    XEmbeddedResource: schema['x-kubernetes-embedded-resource'] ?? false,
    XIntOrString: schema['x-kubernetes-int-or-string'] ?? false,
    XListMapKeys: schema['x-kubernetes-list-map-keys'] ?? null,
    XListType: schema['x-kubernetes-list-type'] ?? null,
    XMapType: schema['x-kubernetes-map-type'] ?? null,
    XValidations: schema['x-kubernetes-validations']?.map(internalRule) ?? null,
  };
}

/** Kubernetes: `apiextensions.ValidationRule`. */
export function internalRule(rule: JsonSchemaRule): unknown {
  return {
    Rule: rule.rule,
    Message: rule.message ?? '',
    MessageExpression: rule.messageExpression ?? '',
    Reason: rule.reason ?? null,
    FieldPath: rule.fieldPath ?? '',
    OptionalOldSelf: rule.optionalOldSelf ?? null,
  };
}

/** Go writes maps in the order of their keys. */
function internalSchemas(schemas: unknown): unknown {
  if (schemas === undefined || schemas === null) return null;
  const entries = Object.entries(schemas as Readonly<Record<string, object>>);
  entries.sort(([one], [other]) => (one < other ? -1 : one > other ? 1 : 0));
  return Object.fromEntries(entries.map(([name, schema]) => [name, internalSchema(schema)]));
}

function internalSchemaOrBool(value: unknown): unknown {
  if (value === undefined || value === null) return null;
  if (typeof value === 'boolean') return { Allows: value, Schema: null };
  return { Allows: true, Schema: internalSchema(value as object) };
}
