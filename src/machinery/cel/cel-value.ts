import { isJsonObject } from '../json/index.ts';
import type { Schema } from '../schema/schema.ts';
import { escapeFieldName } from './field-name.ts';

/** Reads what needs CEL itself: a duration's text. */
export type ReadDuration = (text: string) => unknown;

/** A JSON value as rules see it: integers as 64-bit integers, times as times, field names escaped. */
export function toCelValue(schema: Schema, value: unknown, readDuration: ReadDuration): unknown {
  if (value === null || value === undefined) return null;
  switch (schema.type) {
    case 'object':
      return isJsonObject(value) ? toCelObject(schema, value, readDuration) : toUntyped(value);
    case 'map':
      return isJsonObject(value)
        ? mapEntries(value, (key, item) => [key, toCelValue(schema.values, item, readDuration)])
        : toUntyped(value);
    case 'list':
      return Array.isArray(value) ? value.map(item => toCelValue(schema.items, item, readDuration)) : toUntyped(value);
    case 'integer':
      return Number.isInteger(value) ? BigInt(value as number) : value;
    case 'number':
    case 'boolean':
      return value;
    case 'string':
      return typeof value === 'string' ? toCelString(schema.format, value, readDuration) : toUntyped(value);
    default:
      return toUntyped(value);
  }
}

function toCelObject(
  schema: Extract<Schema, { type: 'object' }>,
  value: Readonly<Record<string, unknown>>,
  readDuration: ReadDuration,
): unknown {
  return mapEntries(value, (key, item) => {
    const field = schema.fields.get(key);
    const escaped = field === undefined ? key : escapeFieldName(key);
    if (escaped === undefined) return undefined;
    if (field !== undefined) return [escaped, toCelValue(field.schema, item, readDuration)];
    return [
      escaped,
      schema.additional === undefined ? toUntyped(item) : toCelValue(schema.additional, item, readDuration),
    ];
  });
}

function toCelString(format: string | undefined, text: string, readDuration: ReadDuration): unknown {
  switch (format) {
    case 'byte':
      return fromBase64(text);
    case 'date':
    case 'date-time':
    case 'datetime':
      return new Date(text);
    case 'duration':
      return readDuration(text);
    default:
      return text;
  }
}

/** A value without a schema. Kubernetes: whole numbers are integers. */
function toUntyped(value: unknown): unknown {
  if (Number.isInteger(value)) return BigInt(value as number);
  if (Array.isArray(value)) return value.map(toUntyped);
  return isJsonObject(value) ? mapEntries(value, (key, item) => [key, toUntyped(item)]) : (value ?? null);
}

function mapEntries(
  value: Readonly<Record<string, unknown>>,
  convert: (key: string, item: unknown) => readonly [string, unknown] | undefined,
): Record<string, unknown> {
  const entries: (readonly [string, unknown])[] = [];
  for (const key in value) {
    if (value[key] === undefined) continue;
    const entry = convert(key, value[key]);
    if (entry !== undefined) entries.push(entry);
  }
  return Object.fromEntries(entries);
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

function fromBase64(text: string): Uint8Array {
  const digits = text.replace(/=+$/, '');
  const bytes = new Uint8Array(Math.floor((digits.length * 3) / 4));
  let bits = 0;
  let count = 0;
  let length = 0;
  for (const digit of digits) {
    bits = (bits << 6) | alphabet.indexOf(digit);
    count += 6;
    if (count >= 8) {
      count -= 8;
      bytes[length++] = (bits >> count) & 255;
    }
  }
  return bytes;
}
