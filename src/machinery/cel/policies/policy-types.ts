import type { ObjectSchema, Schema } from '../../schema/schema.ts';
import { escapeFieldName } from '../field-name.ts';
import { type CelType, celTypes, listType, mapType, objectType } from '../language/index.ts';

/**
 * The type of an object that policies are about. Unlike a CRD's own rules, policies see all of an object, metadata
 * included. What can be of several types is dynamic. `name` is what messages call the outermost.
 */
export function declarePolicyType(schema: Schema, name: string): CelType {
  return new PolicyTypes(name).declare(schema, name);
}

class PolicyTypes {
  readonly #prefix: string;
  /** Of schemas that have names: each is declared once, and may refer to itself. */
  readonly #named = new Map<string, CelType>();

  constructor(prefix: string) {
    this.#prefix = prefix;
  }

  declare(schema: Schema, name: string): CelType {
    if (schema.nullable === true) return celTypes.dyn;
    switch (schema.type) {
      case 'object':
        return this.#declareObject(schema, name);
      case 'list':
        return listType(this.declare(schema.items, `${name}.items`));
      case 'map':
        return mapType(celTypes.string, this.declare(schema.values, `${name}.values`));
      case 'integer':
        return celTypes.int;
      case 'number':
        return celTypes.double;
      case 'boolean':
        return celTypes.bool;
      case 'string':
        return declareText(schema.format);
      default:
        return celTypes.dyn;
    }
  }

  #declareObject(schema: ObjectSchema, name: string): CelType {
    if (schema.additional !== undefined || schema.preserveUnknown === true) return celTypes.dyn;
    if (schema.name === undefined) return this.#declareFields(schema, name);
    const known = this.#named.get(schema.name);
    if (known !== undefined) return known;
    // Until it is declared, whatever refers back to it is dynamic.
    this.#named.set(schema.name, celTypes.dyn);
    const declared = this.#declareFields(schema, `${this.#prefix}.${schema.name.replace(/\W/g, '_')}`);
    this.#named.set(schema.name, declared);
    return declared;
  }

  #declareFields(schema: ObjectSchema, name: string): CelType {
    const fields = new Map<string, CelType>();
    for (const field of schema.fields.values()) {
      const escaped = escapeFieldName(field.name);
      if (escaped !== undefined) fields.set(escaped, this.declare(field.schema, `${name}.${escaped}`));
    }
    return objectType(name, fields);
  }
}

/** Of CRDs and of built-in kinds. */
const timeFormats: ReadonlySet<string> = new Set(['date', 'date-time', 'datetime', 'time', 'micro-time']);

function declareText(format: string | undefined): CelType {
  if (format === 'byte') return celTypes.bytes;
  return format !== undefined && timeFormats.has(format) ? celTypes.timestamp : celTypes.string;
}
