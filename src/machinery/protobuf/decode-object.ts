import type { JsonObject } from '../json/index.ts';
import type { FieldSchema, ListSchema, MapSchema, ObjectSchema, Schema } from '../schema/schema.ts';
import { readerOf, type ValueReader, zeroOf } from './decode-value.ts';
import { type Layout, layOut } from './message-layout.ts';
import { WireReader } from './wire-reader.ts';

type Draft = Record<string, unknown>;
type FieldReader = (reader: WireReader, object: Draft) => void;

/** Readers by field number; made when the first message of the schema comes. */
class MessagePlan {
  readonly #schema: ObjectSchema;
  #readers: ReadonlyMap<number, FieldReader> | undefined;

  constructor(schema: ObjectSchema) {
    this.#schema = schema;
  }

  /** Reads up to the end of the message that the reader is in. */
  fill(reader: WireReader, object: Draft): void {
    this.#readers ??= planFields(layOut(this.#schema), this.#schema);
    fillFrom(this.#readers, reader, object);
  }
}

const plans = new WeakMap<ObjectSchema, MessagePlan>();

/**
 * A message of upstream's generated.proto as the object that its JSON would be. Fields that the schema does not know are
 * left out, as protobuf wants it. Throws a `WireError` for bytes that are no such message.
 */
export function decodeMessage(bytes: Uint8Array, schema: ObjectSchema): JsonObject {
  const object: Draft = {};
  planOf(schema).fill(new WireReader(bytes), object);
  return object;
}

function planOf(schema: ObjectSchema): MessagePlan {
  let plan = plans.get(schema);
  if (plan === undefined) {
    plan = new MessagePlan(schema);
    plans.set(schema, plan);
  }
  return plan;
}

function planFields({ fields, nested }: Layout, owner: ObjectSchema): ReadonlyMap<number, FieldReader> {
  const readers = new Map<number, FieldReader>();
  for (const [number, layout] of nested) readers.set(number, planNested(layout, owner));
  for (const [number, field] of fields) readers.set(number, planField(field, owner));
  return readers;
}

function planNested(layout: Layout, owner: ObjectSchema): FieldReader {
  const readers = planFields(layout, owner);
  return (reader, object) => {
    const outerEnd = reader.enter();
    fillFrom(readers, reader, object);
    reader.leave(outerEnd);
  };
}

function fillFrom(readers: ReadonlyMap<number, FieldReader>, reader: WireReader, object: Draft): void {
  for (let number = reader.nextField(); number !== 0; number = reader.nextField()) {
    const read = readers.get(number);
    if (read === undefined) reader.skip();
    else read(reader, object);
  }
}

function planField(field: FieldSchema, owner: ObjectSchema): FieldReader {
  const { name, schema } = field;
  if (schema.type === 'list') return planList(name, schema, owner);
  if (schema.type === 'map') return planMap(name, schema, owner);
  const read = valueReaderOf(schema, owner);
  // Go writes every field that is no pointer, so a zero says no more than its absence would in JSON.
  const skipsZero = field.presence === 'omit-empty';
  return (reader, object) => {
    const value = read(reader);
    if (value !== undefined && !(skipsZero && isZero(value))) object[name] = value;
  };
}

function isZero(value: unknown): boolean {
  return value === '' || value === 0 || value === false;
}

function planList(name: string, schema: ListSchema, owner: ObjectSchema): FieldReader {
  const read = valueReaderOf(schema.items, owner);
  return (reader, object) => {
    const item = read(reader) ?? null;
    const list = object[name] as unknown[] | undefined;
    if (list === undefined) object[name] = [item];
    else list.push(item);
  };
}

function planMap(name: string, schema: MapSchema, owner: ObjectSchema): FieldReader {
  const readValue = valueReaderOf(schema.values, owner);
  return (reader, object) => {
    let map = object[name] as Draft | undefined;
    if (map === undefined) {
      map = {};
      object[name] = map;
    }
    readEntry(reader, map, readValue, schema.values);
  };
}

function readEntry(reader: WireReader, map: Draft, readValue: ValueReader, schema: Schema): void {
  let key = '';
  let value: unknown;
  const outerEnd = reader.enter();
  for (let number = reader.nextField(); number !== 0; number = reader.nextField()) {
    if (number === 1) key = reader.readText();
    else if (number === 2) value = readValue(reader);
    else reader.skip();
  }
  reader.leave(outerEnd);
  const present = value ?? zeroOf(schema);
  if (key !== '__proto__') map[key] = present;
  else Object.defineProperty(map, key, { value: present, enumerable: true, configurable: true, writable: true });
}

function valueReaderOf(schema: Schema, owner: ObjectSchema): ValueReader {
  if (schema.type === 'object') return messageReader(planOf(schema));
  if (schema.type === 'list') return itemsReader(valueReaderOf(schema.items, owner));
  if (schema.type === 'map') throw new Error('protobuf has no map in a list or map');
  return readerOf(schema, () => messageReader(planOf(owner)));
}

function messageReader(plan: MessagePlan): ValueReader {
  return reader => {
    const object: Draft = {};
    const outerEnd = reader.enter();
    plan.fill(reader, object);
    reader.leave(outerEnd);
    return object;
  };
}

/** A list as a map's value is a message of its own: Go's ExtraValue. */
function itemsReader(readItem: ValueReader): ValueReader {
  return reader => {
    const items: unknown[] = [];
    const outerEnd = reader.enter();
    for (let number = reader.nextField(); number !== 0; number = reader.nextField()) {
      if (number === 1) items.push(readItem(reader));
      else reader.skip();
    }
    reader.leave(outerEnd);
    return items;
  };
}
