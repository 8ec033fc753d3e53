import {
  type FieldError,
  type FieldSchema,
  isJsonObject,
  type ObjectSchema,
  type Schema,
} from '../../machinery/index.ts';
import type { Endpoint } from '../resources/endpoint.ts';

/**
 * The errors with their values as upstream shows them. Kubernetes: validation looks at internal types, whose fields have
 * their Go names in the order of their declaration, and none is left out: `{"APIGroup":"","Kind":"Role","Name":"r"}`.
 * Values that a rule has written so already, and all of custom kinds, stay as they are.
 */
export function describeValues(
  endpoint: Pick<Endpoint, 'resource' | 'storageSchema'>,
  errors: readonly FieldError[],
): readonly FieldError[] {
  if (endpoint.resource.crd !== undefined) return errors;
  return errors.map(error => describeValue(endpoint.storageSchema, error));
}

function describeValue(root: Schema, error: FieldError): FieldError {
  if (typeof error.value !== 'object' || error.value === null) return error;
  const schema = schemaAt(root, error.field);
  return schema === undefined ? error : { ...error, value: toGo(schema, error.value) };
}

/** Undefined where the path leaves the schema. Of a list's item, the path is often the list's. */
function schemaAt(root: Schema, path: string): Schema | undefined {
  let schema: Schema | undefined = root;
  for (const step of path.matchAll(/([^.[\]]+)|\[([^\]]*)\]/g)) {
    if (schema === undefined) return undefined;
    if (step[2] === undefined) schema = schema.type === 'object' ? schema.fields.get(step[1]!)?.schema : undefined;
    else schema = schema.type === 'list' ? schema.items : schema.type === 'map' ? schema.values : undefined;
  }
  return schema;
}

function toGo(schema: Schema, value: unknown): unknown {
  if (schema.type === 'list') return Array.isArray(value) ? listToGo(schema.items, value) : toGo(schema.items, value);
  if (schema.type === 'map' && isJsonObject(value)) {
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, toGo(schema.values, inner)]));
  }
  const isStruct = schema.type === 'object' && isJsonObject(value) && isInternal(schema);
  return isStruct && Object.keys(value).every(key => schema.fields.has(key)) ? structToGo(schema, value) : value;
}

function listToGo(items: Schema, values: readonly unknown[]): readonly unknown[] {
  return values.map(value => toGo(items, value));
}

/** Kubernetes: the types of meta/v1 (metadata, label selectors) are the same within and without. */
function isInternal({ name }: ObjectSchema): boolean {
  return name?.startsWith('io.k8s.api.') === true;
}

function structToGo(schema: ObjectSchema, value: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const fields = [...schema.fields.values()].sort((a, b) => a.protobufNumber - b.protobufNumber);
  const written: Record<string, unknown> = {};
  for (const field of fields) {
    // Go writes the fields of an embedded struct among the others.
    if (field.name === 'metadata') Object.assign(written, value['metadata']);
    else written[goName(field.name)] = fieldToGo(field, value[field.name]);
  }
  return written;
}

function fieldToGo({ schema, presence }: FieldSchema, value: unknown): unknown {
  if (value !== undefined && value !== null) return toGo(schema, value);
  if (presence === 'pointer') return null;
  switch (schema.type) {
    case 'string':
      return schema.format === 'time' || schema.format === 'micro-time' || schema.format === 'byte' ? null : '';
    case 'integer':
    case 'number':
    case 'int-or-string':
      return 0;
    case 'boolean':
      return false;
    case 'object':
      return isInternal(schema) ? structToGo(schema, {}) : {};
    default:
      return null;
  }
}

const initialisms = /^(api|uid|ip|url|csi|cel|nfs|rbd|iscsi|fc|dns|gce|aws|id)(?=[A-Z]|s?$)/;

/** `apiGroup` is `APIGroup`, `roleRef` is `RoleRef`. */
function goName(name: string): string {
  const match = initialisms.exec(name);
  if (match !== null) return match[1]!.toUpperCase() + name.slice(match[1]!.length);
  return name.charAt(0).toUpperCase() + name.slice(1);
}
