import type { Environment } from '@marcbachmann/cel-js';
import type { ObjectSchema, ScalarSchema, Schema } from '../schema/schema.ts';
import { escapeFieldName } from './field-name.ts';

/**
 * Declares the types of a schema in an environment and returns the name of the outermost. Objects become types with
 * their fields, so that a rule that names an unknown field is refused when the CRD is written.
 */
export function declareType(environment: Environment, schema: Schema, name: string): string {
  if (schema.nullable === true) return 'dyn';
  switch (schema.type) {
    case 'object':
      return declareObject(environment, schema, name);
    case 'list':
      return `list<${declareType(environment, schema.items, `${name}.items`)}>`;
    case 'map':
      return `map<string, ${declareType(environment, schema.values, `${name}.values`)}>`;
    case 'any':
    case 'int-or-string':
      return 'dyn';
    default:
      return nameOfScalar(schema);
  }
}

function nameOfScalar(schema: ScalarSchema): string {
  switch (schema.type) {
    case 'integer':
      return 'int';
    case 'number':
      return 'double';
    case 'boolean':
      return 'bool';
    default:
      return nameOfString(schema.format);
  }
}

function nameOfString(format: string | undefined): string {
  switch (format) {
    case 'byte':
      return 'bytes';
    case 'date':
    case 'date-time':
    case 'datetime':
      return 'google.protobuf.Timestamp';
    case 'duration':
      return 'google.protobuf.Duration';
    default:
      return 'string';
  }
}

/** Kubernetes: of built-in metadata, rules see name and generateName only. */
function isVisible(schema: ObjectSchema, field: string): boolean {
  return schema.name === undefined || field === 'name' || field === 'generateName';
}

function declareObject(environment: Environment, schema: ObjectSchema, name: string): string {
  if (schema.additional !== undefined || (schema.preserveUnknown === true && schema.fields.size === 0)) return 'dyn';
  const fields: Record<string, string> = {};
  for (const field of schema.fields.values()) {
    const escaped = escapeFieldName(field.name);
    if (escaped === undefined || !isVisible(schema, field.name)) continue;
    fields[escaped] = declareType(environment, field.schema, `${name}.${escaped}`);
  }
  environment.registerType(name, { fields });
  environment.registerOperator(`${name} == ${name}`, () => false);
  return name;
}
