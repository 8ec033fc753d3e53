import { compareText } from '../json/index.ts';
import type { FieldSchema, ListSchema, MapSchema, ObjectSchema, Schema } from '../schema/schema.ts';
import { type Codec, codecOf } from './encode-value.ts';
import { type Layout, layOut } from './message-layout.ts';
import { WireWriter } from './wire-writer.ts';

type Fields = Readonly<Record<string, unknown>>;
type FieldWriter = (writer: WireWriter, object: Fields) => void;

/** How the objects of one schema are written; made when the first of them is. */
class MessagePlan {
  readonly #schema: ObjectSchema;
  #writers: readonly FieldWriter[] | undefined;
  #zero: Uint8Array | undefined;

  constructor(schema: ObjectSchema) {
    this.#schema = schema;
  }

  write(writer: WireWriter, object: Fields): void {
    this.#writers ??= planFields(layOut(this.#schema), this.#schema);
    for (const write of this.#writers) write(writer, object);
  }

  /** Kubernetes: a struct that is no pointer is written also when nothing is in it, and so are its fields. */
  get zero(): Uint8Array {
    this.#zero ??= encodeWith(this, {});
    return this.#zero;
  }
}

const plans = new WeakMap<ObjectSchema, MessagePlan>();

/**
 * An object as the bytes of its message in upstream's generated.proto, exactly as Go's types write them. The object fits
 * the schema.
 */
export function encodeMessage(object: object, schema: ObjectSchema): Uint8Array {
  return encodeWith(planOf(schema), object as Fields);
}

function encodeWith(plan: MessagePlan, object: Fields): Uint8Array {
  const writer = new WireWriter();
  plan.write(writer, object);
  return writer.take();
}

function planOf(schema: ObjectSchema): MessagePlan {
  let plan = plans.get(schema);
  if (plan === undefined) {
    plan = new MessagePlan(schema);
    plans.set(schema, plan);
  }
  return plan;
}

/** Writers of a message's fields, the highest number first. */
function planFields({ fields, nested }: Layout, owner: ObjectSchema): readonly FieldWriter[] {
  const writers: (readonly [number, FieldWriter])[] = [];
  for (const [number, field] of fields) writers.push([number, planField(number, field, owner)]);
  for (const [number, layout] of nested) writers.push([number, planNested(number, layout, owner)]);
  return writers.sort(([left], [right]) => right - left).map(([, writer]) => writer);
}

function planNested(number: number, layout: Layout, owner: ObjectSchema): FieldWriter {
  const writers = planFields(layout, owner);
  const tag = tagOf(number, 2);
  return (writer, object) => {
    const end = writer.size;
    for (const write of writers) write(writer, object);
    writer.writeVarint(writer.size - end);
    writer.writeVarint(tag);
  };
}

function planField(number: number, field: FieldSchema, owner: ObjectSchema): FieldWriter {
  const { name, schema } = field;
  if (schema.type === 'list') return planList(number, name, schema, owner);
  if (schema.type === 'map') return planMap(number, name, schema, owner);
  const codec = codecFor(schema, owner);
  const tag = tagOf(number, codec.wireType);
  // A slice of bytes that is nil is left out, pointer or not.
  const canBeAbsent = field.presence === 'pointer' || (schema.type === 'string' && schema.format === 'byte');
  return (writer, object) => {
    const value = object[name];
    if (value !== undefined && value !== null) codec.write(writer, value);
    else if (canBeAbsent) return;
    else codec.writeZero(writer);
    writer.writeVarint(tag);
  };
}

function planList(number: number, name: string, schema: ListSchema, owner: ObjectSchema): FieldWriter {
  const codec = codecFor(schema.items, owner);
  const tag = tagOf(number, codec.wireType);
  return (writer, object) => {
    const items = object[name] as readonly unknown[] | undefined | null;
    if (items !== undefined && items !== null) writeItems(writer, items, codec, tag);
  };
}

function writeItems(writer: WireWriter, items: readonly unknown[], codec: Codec, tag: number): void {
  for (let i = items.length - 1; i >= 0; i--) {
    const item = items[i];
    if (item === null || item === undefined) codec.writeZero(writer);
    else codec.write(writer, item);
    writer.writeVarint(tag);
  }
}

function planMap(number: number, name: string, schema: MapSchema, owner: ObjectSchema): FieldWriter {
  const codec = codecFor(schema.values, owner);
  const tag = tagOf(number, 2);
  const valueTag = tagOf(2, codec.wireType);
  return (writer, object) => {
    const map = object[name] as Fields | undefined | null;
    if (map === undefined || map === null) return;
    const keys = Object.keys(map);
    if (keys.length > 1) keys.sort(compareText);
    for (let i = keys.length - 1; i >= 0; i--) {
      const end = writer.size;
      const value = map[keys[i]!];
      if (value === null || value === undefined) codec.writeZero(writer);
      else codec.write(writer, value);
      writer.writeVarint(valueTag);
      const keyEnd = writer.size;
      writer.writeText(keys[i]!);
      writer.writeVarint(writer.size - keyEnd);
      writer.writeByte(keyTag);
      writer.writeVarint(writer.size - end);
      writer.writeVarint(tag);
    }
  };
}

const keyTag = tagOf(1, 2);

function codecFor(schema: Schema, owner: ObjectSchema): Codec {
  if (schema.type === 'object') return messageCodec(planOf(schema));
  if (schema.type === 'list') return itemsCodec(schema, owner);
  if (schema.type === 'map') throw new Error('protobuf has no map in a list or map');
  return codecOf(schema, () => messageCodec(planOf(owner)));
}

function messageCodec(plan: MessagePlan): Codec {
  return {
    wireType: 2,
    write: (writer, value) => {
      const end = writer.size;
      plan.write(writer, value as Fields);
      writer.writeVarint(writer.size - end);
    },
    writeZero: writer => {
      const { zero } = plan;
      writer.writeRaw(zero);
      writer.writeVarint(zero.length);
    },
  };
}

/** A list as a map's value is a message of its own: Go's ExtraValue. */
function itemsCodec(schema: ListSchema, owner: ObjectSchema): Codec {
  const codec = codecFor(schema.items, owner);
  const tag = tagOf(1, codec.wireType);
  return {
    wireType: 2,
    write: (writer, value) => {
      const end = writer.size;
      writeItems(writer, value as readonly unknown[], codec, tag);
      writer.writeVarint(writer.size - end);
    },
    writeZero: writer => writer.writeByte(0),
  };
}

function tagOf(number: number, wireType: number): number {
  return number * 8 + wireType;
}
