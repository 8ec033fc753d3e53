import type { AnySchema, ScalarSchema, Schema } from '../schema/schema.ts';
import { encodeBase64 } from './base64.ts';
import { formatTimestamp } from './time-value.ts';
import { WireError, type WireReader } from './wire-reader.ts';

/** Reads one value. Undefined where Go's zero says what absence says in JSON. */
export type ValueReader = (reader: WireReader) => unknown;

/** For everything but messages and lists. `ownerReader` reads the schema in which an `any` stands: JSONSchemaProps. */
export function readerOf(schema: ScalarSchema | AnySchema, ownerReader: () => ValueReader): ValueReader {
  switch (schema.type) {
    case 'any':
      return anyReader(schema, ownerReader);
    case 'boolean':
      return reader => reader.readBoolean();
    case 'integer':
      return reader => reader.readInteger();
    case 'number':
      return reader => reader.readDouble();
    case 'int-or-string':
      return readIntOrString;
    default:
      return stringReader(schema);
  }
}

/** What a map's entry without a value holds. */
export function zeroOf(schema: Schema): unknown {
  if (schema.type === 'string') return isTime(schema) ? null : '';
  if (schema.type === 'list') return [];
  if (schema.type === 'object' || schema.type === 'map') return {};
  if (schema.type === 'any') return null;
  return schema.type === 'boolean' ? false : 0;
}

function isTime({ format }: ScalarSchema): boolean {
  return format === 'time' || format === 'micro-time';
}

function stringReader({ format }: ScalarSchema): ValueReader {
  if (format === 'byte') return reader => encodeBase64(reader.readBytes());
  if (format === 'quantity') return readTextField;
  if (format === 'time') return reader => readTimestamp(reader, false);
  if (format === 'micro-time') return reader => readTimestamp(reader, true);
  return reader => reader.readText();
}

/** Go's zero time has no fields; JSON has null for it, which is as good as absent. */
function readTimestamp(reader: WireReader, isMicro: boolean): string | undefined {
  let isPresent = false;
  let seconds = 0;
  let nanos = 0;
  readFields(reader, number => {
    isPresent = true;
    if (number === 1) seconds = reader.readInteger();
    else if (number === 2) nanos = reader.readInteger();
    else reader.skip();
  });
  if (!isPresent) return undefined;
  if (!(Math.abs(seconds) <= secondsMax)) throw new WireError('a time beyond any calendar');
  return formatTimestamp({ seconds, micros: Math.floor(nanos / 1000) }, isMicro);
}

/** Dates in JavaScript reach as far. */
const secondsMax = 8.64e12;

function readIntOrString(reader: WireReader): number | string {
  let isText = false;
  let number = 0;
  let text = '';
  readFields(reader, field => {
    if (field === 1) isText = reader.readInteger() === 1;
    else if (field === 2) number = reader.readInteger();
    else if (field === 3) text = reader.readText();
    else reader.skip();
  });
  return isText ? text : number;
}

function readTextField(reader: WireReader): string {
  let text = '';
  readFields(reader, number => {
    if (number === 1) text = reader.readText();
    else reader.skip();
  });
  return text;
}

function readFields(reader: WireReader, read: (number: number) => void): void {
  const outerEnd = reader.enter();
  for (let number = reader.nextField(); number !== 0; number = reader.nextField()) read(number);
  reader.leave(outerEnd);
}

/** Embedded JSON (RawExtension, FieldsV1, JSON), or one of the unions in JSONSchemaProps. */
function anyReader({ name = '' }: AnySchema, ownerReader: () => ValueReader): ValueReader {
  const union = name.slice(name.lastIndexOf('.') + 1);
  return union.startsWith('JSONSchemaPropsOr') ? reader => readUnion(reader, union, ownerReader()) : readEmbeddedJson;
}

function readEmbeddedJson(reader: WireReader): unknown {
  const text = readTextField(reader);
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) throw new WireError(`embedded JSON: ${error.message}`);
    throw error;
  }
}

/** A schema, or what stands in its place: in `…OrBool` field 1 and the schema 2, elsewhere the schema 1 and a list 2. */
function readUnion(reader: WireReader, union: string, readSchema: ValueReader): unknown {
  const isBool = union === 'JSONSchemaPropsOrBool';
  let schema: unknown;
  let allows = false;
  const list: unknown[] = [];
  readFields(reader, number => {
    if (number > 2) reader.skip();
    else if (isBool && number === 1) allows = reader.readBoolean();
    else if (isBool || number === 1) schema = readSchema(reader);
    else list.push(union === 'JSONSchemaPropsOrArray' ? readSchema(reader) : reader.readText());
  });
  return schema ?? (isBool ? allows : list);
}
