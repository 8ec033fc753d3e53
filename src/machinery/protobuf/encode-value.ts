import type { AnySchema, ScalarSchema } from '../schema/schema.ts';
import { decodeBase64 } from './base64.ts';
import { secondsOf } from './time-value.ts';
import type { WireWriter } from './wire-writer.ts';

/** How values of one shape are written, length in front where they have one, without the field's tag. */
export interface Codec {
  readonly wireType: 0 | 1 | 2;
  /** The value fits the schema. */
  write(writer: WireWriter, value: unknown): void;
  /** What Go writes for a value that nobody has set. */
  writeZero(writer: WireWriter): void;
}

/** For everything but messages and lists. `ownerCodec` writes the schema in which an `any` stands: JSONSchemaProps. */
export function codecOf(schema: ScalarSchema | AnySchema, ownerCodec: () => Codec): Codec {
  switch (schema.type) {
    case 'any':
      return anyCodec(schema, ownerCodec);
    case 'boolean':
      return booleanCodec;
    case 'integer':
      return integerCodec;
    case 'number':
      return doubleCodec;
    case 'int-or-string':
      return intOrStringCodec;
    default:
      return stringCodecs[schema.format ?? ''] ?? textCodec;
  }
}

const booleanCodec: Codec = {
  wireType: 0,
  write: (writer, value) => writer.writeByte(value === true ? 1 : 0),
  writeZero: writer => writer.writeByte(0),
};

const integerCodec: Codec = {
  wireType: 0,
  write: (writer, value) => writer.writeVarint(value as number),
  writeZero: writer => writer.writeByte(0),
};

const doubleCodec: Codec = {
  wireType: 1,
  write: (writer, value) => writer.writeDouble(value as number),
  writeZero: writer => writer.writeDouble(0),
};

const textCodec: Codec = {
  wireType: 2,
  write: (writer, value) => {
    const end = writer.size;
    writer.writeText(value as string);
    writer.writeVarint(writer.size - end);
  },
  writeZero: writer => writer.writeByte(0),
};

const bytesCodec: Codec = {
  wireType: 2,
  write: (writer, value) => {
    const bytes = decodeBase64(value as string);
    writer.writeRaw(bytes);
    writer.writeVarint(bytes.length);
  },
  writeZero: writer => writer.writeByte(0),
};

/** A message of one text: Go's Quantity. */
const quantityCodec: Codec = {
  wireType: 2,
  // A quantity may come as a number.
  write: (writer, value) => writeInMessage(writer, String(value)),
  writeZero: writer => writeInMessage(writer, '0'),
};

function writeInMessage(writer: WireWriter, text: string): void {
  const end = writer.size;
  textCodec.write(writer, text);
  writer.writeByte(textFieldTag);
  writer.writeVarint(writer.size - end);
}

/** Field 1 with a length. */
const textFieldTag = 10;

const timeCodec: Codec = {
  wireType: 2,
  write: (writer, value) => writeTimestamp(writer, value as string, false),
  writeZero: writer => writer.writeByte(0),
};

const microTimeCodec: Codec = {
  wireType: 2,
  write: (writer, value) => writeTimestamp(writer, value as string, true),
  writeZero: writer => writer.writeByte(0),
};

/** Kubernetes: `metav1.Time` writes no fraction; its zero, the beginning of the year 1, is an empty message. */
function writeTimestamp(writer: WireWriter, text: string, isMicro: boolean): void {
  const { seconds, micros } = secondsOf(text);
  if (seconds === zeroTimeSeconds && micros === 0) {
    writer.writeByte(0);
    return;
  }
  const end = writer.size;
  writer.writeVarint(isMicro ? micros * 1000 : 0);
  writer.writeByte(16);
  writer.writeVarint(seconds);
  writer.writeByte(8);
  writer.writeVarint(writer.size - end);
}

const zeroTimeSeconds = -62135596800;

const stringCodecs: Readonly<Record<string, Codec>> = {
  byte: bytesCodec,
  quantity: quantityCodec,
  time: timeCodec,
  'micro-time': microTimeCodec,
};

const intOrStringCodec: Codec = {
  wireType: 2,
  write: (writer, value) => {
    const isText = typeof value === 'string';
    const end = writer.size;
    textCodec.write(writer, isText ? value : '');
    writer.writeByte(26);
    writer.writeVarint(isText ? 0 : (value as number));
    writer.writeByte(16);
    writer.writeByte(isText ? 1 : 0);
    writer.writeByte(8);
    writer.writeVarint(writer.size - end);
  },
  writeZero: writer => intOrStringCodec.write(writer, 0),
};

/** Embedded JSON (RawExtension, FieldsV1, JSON), or one of the unions in JSONSchemaProps. */
function anyCodec({ name = '' }: AnySchema, ownerCodec: () => Codec): Codec {
  const definition = name.slice(name.lastIndexOf('.') + 1);
  const union = unionWriters[definition];
  return union === undefined ? jsonCodec : unionCodec(union, ownerCodec);
}

const jsonCodec: Codec = {
  wireType: 2,
  write: (writer, value) => writeInMessage(writer, JSON.stringify(value)),
  writeZero: writer => writer.writeByte(0),
};

type UnionWriter = (writer: WireWriter, value: unknown, schema: Codec) => void;

/** Each writes the fields of a union's message: a schema, or what may stand in its place. */
const unionWriters: Readonly<Record<string, UnionWriter>> = {
  JSONSchemaPropsOrBool: (writer, value, schema) => {
    const isSchema = typeof value !== 'boolean';
    if (isSchema) writeField(writer, 18, schema, value);
    // Kubernetes: reading a schema from JSON sets `allows` too.
    writer.writeByte(isSchema || value ? 1 : 0);
    writer.writeByte(8);
  },
  JSONSchemaPropsOrArray: (writer, value, schema) => {
    if (Array.isArray(value)) writeFields(writer, 18, schema, value);
    else writeField(writer, 10, schema, value);
  },
  JSONSchemaPropsOrStringArray: (writer, value, schema) => {
    if (Array.isArray(value)) writeFields(writer, 18, textCodec, value);
    else writeField(writer, 10, schema, value);
  },
};

function writeField(writer: WireWriter, tag: number, codec: Codec, value: unknown): void {
  codec.write(writer, value);
  writer.writeByte(tag);
}

function writeFields(writer: WireWriter, tag: number, codec: Codec, values: readonly unknown[]): void {
  for (let i = values.length - 1; i >= 0; i--) writeField(writer, tag, codec, values[i]);
}

function unionCodec(write: UnionWriter, ownerCodec: () => Codec): Codec {
  return {
    wireType: 2,
    write: (writer, value) => {
      const end = writer.size;
      write(writer, value, ownerCodec());
      writer.writeVarint(writer.size - end);
    },
    writeZero: writer => writer.writeByte(0),
  };
}
