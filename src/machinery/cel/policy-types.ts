import type { Environment } from '@marcbachmann/cel-js';
import type { ObjectSchema, Schema } from '../schema/schema.ts';
import { escapeFieldName } from './field-name.ts';

/**
 * Declares the types of an object that policies are about, and returns the name of the outermost. Unlike a CRD's own
 * rules, policies see all of an object, metadata included. What can be of several types is dynamic.
 */
export function declarePolicyType(environment: Environment, schema: Schema, name: string): string {
  return new PolicyTypes(environment, name).declare(schema, name);
}

class PolicyTypes {
  readonly #environment: Environment;
  readonly #prefix: string;
  /** Of schemas that have names: each is declared once, and may refer to itself. */
  readonly #named = new Map<string, string>();

  constructor(environment: Environment, prefix: string) {
    this.#environment = environment;
    this.#prefix = prefix;
  }

  declare(schema: Schema, name: string): string {
    if (schema.nullable === true) return 'dyn';
    switch (schema.type) {
      case 'object':
        return this.#declareObject(schema, name);
      case 'list':
        return `list<${this.declare(schema.items, `${name}.items`)}>`;
      case 'map':
        return `map<string, ${this.declare(schema.values, `${name}.values`)}>`;
      case 'integer':
        return 'int';
      case 'number':
        return 'double';
      case 'boolean':
        return 'bool';
      case 'string':
        return schema.format === 'byte' ? 'bytes' : isTime(schema.format) ? 'google.protobuf.Timestamp' : 'string';
      default:
        return 'dyn';
    }
  }

  #declareObject(schema: ObjectSchema, name: string): string {
    if (schema.additional !== undefined || schema.preserveUnknown === true) return 'dyn';
    if (schema.name === undefined) return this.#declareFields(schema, name);
    const known = this.#named.get(schema.name);
    if (known !== undefined) return known;
    // Until it is declared, whatever refers back to it is dynamic.
    this.#named.set(schema.name, 'dyn');
    const declared = this.#declareFields(schema, `${this.#prefix}.${schema.name.replace(/\W/g, '_')}`);
    this.#named.set(schema.name, declared);
    return declared;
  }

  #declareFields(schema: ObjectSchema, name: string): string {
    const fields: Record<string, string> = {};
    for (const field of schema.fields.values()) {
      const escaped = escapeFieldName(field.name);
      if (escaped !== undefined) fields[escaped] = this.declare(field.schema, `${name}.${escaped}`);
    }
    this.#environment.registerType(name, { fields });
    return name;
  }
}

/** Of CRDs and of built-in kinds. */
const timeFormats: ReadonlySet<string> = new Set(['date', 'date-time', 'datetime', 'time', 'micro-time']);

function isTime(format: string | undefined): boolean {
  return format !== undefined && timeFormats.has(format);
}
