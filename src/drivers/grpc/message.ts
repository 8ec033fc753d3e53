import { WireReader, WireWriter } from './wire.ts';

/** How one value is written and read. `initial` is what a reader sees where the sender left the field out. */
export interface ValueType<In, Out> {
  readonly wireType: 0 | 2;
  readonly initial: Out;
  /** Proto3 leaves such values out. */
  isDefault(value: In): boolean;
  write(writer: WireWriter, value: In): void;
  read(reader: WireReader): Out;
}

/** A field of a message: its number and how its value, list or map is written and read. */
export interface Field<In, Out> {
  readonly number: number;
  initial(): Out;
  write(writer: WireWriter, value: In): void;
  read(reader: WireReader, wireType: number, before: Out): Out;
}

// biome-ignore lint/suspicious/noExplicitAny: inference needs a type that every field is assignable to.
type Fields = Readonly<Record<string, Field<any, any>>>;
type Input<F extends Fields> = {
  readonly [K in keyof F]?: (F[K] extends Field<infer In, infer _Out> ? In : never) | undefined;
};
type Output<F extends Fields> = {
  readonly [K in keyof F]: F[K] extends Field<infer _In, infer Out> ? Out : never;
};

export interface Message<In, Out> extends ValueType<In, Out | undefined> {
  encode(value: In): Buffer;
  decode(bytes: Uint8Array): Out;
}

/** What `decode` of a message gives. */
export type Decoded<M> = M extends Message<infer _In, infer Out> ? Out : never;
/** What `encode` of a message takes. */
export type Encodable<M> = M extends Message<infer In, infer _Out> ? In : never;

const varintType = <T>(initial: T, toWire: (value: T) => number, fromWire: (reader: WireReader) => T) => ({
  wireType: 0 as const,
  initial,
  isDefault: (value: T) => value === initial,
  write: (writer: WireWriter, value: T) => writer.varint(toWire(value)),
  read: fromWire,
});

export const string: ValueType<string, string> = {
  wireType: 2,
  initial: '',
  isDefault: value => value === '',
  write: (writer, value) => writer.text(value),
  read: reader => reader.bytes().toString('utf8'),
};

const noBytes = Buffer.alloc(0);

/** Decoded as a view of the received message. */
export const bytes: ValueType<Uint8Array, Buffer> = {
  wireType: 2,
  initial: noBytes,
  isDefault: value => value.length === 0,
  write: (writer, value) => writer.bytes(value),
  read: reader => reader.bytes(),
};

export const bool: ValueType<boolean, boolean> = varintType<boolean>(false, Number, reader => reader.varint() !== 0);

/** int32, int64 and enums. Beyond 2^53 the nearest double. */
export const integer: ValueType<number, number> = varintType<number>(
  0,
  value => value,
  reader => reader.signedVarint(),
);

/** uint32 and uint64. Beyond 2^53 the nearest double. */
export const unsigned: ValueType<number, number> = varintType<number>(
  0,
  value => value,
  reader => reader.varint(),
);

export function field<In, Out>(number: number, type: ValueType<In, Out>): Field<In, Out> {
  return {
    number,
    initial: () => type.initial,
    write(writer, value) {
      if (type.isDefault(value)) return;
      writer.varint(number * 8 + type.wireType);
      type.write(writer, value);
    },
    read: reader => type.read(reader),
  };
}

export function repeated<In, Out>(number: number, type: ValueType<In, Out>): Field<readonly In[], NonNullable<Out>[]> {
  return {
    number,
    initial: () => [],
    write(writer, values) {
      if (type.wireType !== 2 && values.length > 0) {
        const packed = new WireWriter();
        for (const value of values) type.write(packed, value);
        writer.varint(number * 8 + 2);
        writer.bytes(packed.finish());
        return;
      }
      for (const value of values) {
        writer.varint(number * 8 + type.wireType);
        type.write(writer, value);
      }
    },
    read(reader, wireType, before) {
      if (wireType === 2 && type.wireType !== 2) {
        const packed = new WireReader(reader.bytes());
        while (packed.hasMore) before.push(type.read(packed)!);
      } else before.push(type.read(reader)!);
      return before;
    },
  };
}

/** map<string, string>, the only sort that CRI and containerd have. */
export function textMap(number: number): Field<Readonly<Record<string, string>>, Record<string, string>> {
  return {
    number,
    initial: () => ({}),
    write(writer, values) {
      for (const key of Object.keys(values)) {
        writer.varint(number * 8 + 2);
        writer.bytes(entry.encode({ key, value: values[key] }));
      }
    },
    read(reader, _wireType, before) {
      const { key, value } = entry.decode(reader.bytes());
      before[key] = value;
      return before;
    },
  };
}

/**
 * A message by its fields: `message({ id: field(1, string), labels: textMap(3) })`. Absent scalars decode to proto3's
 * defaults, absent messages to undefined. Unknown fields are skipped.
 */
export function message<F extends Fields>(fields: F): Message<Input<F>, Output<F>> {
  const names = Object.keys(fields);
  const byNumber: { readonly name: string; readonly field: F[string] }[] = [];
  for (const name of names) byNumber[fields[name]!.number] = { name, field: fields[name] as F[string] };

  const encode = (value: Input<F>): Buffer => {
    const writer = new WireWriter();
    for (const name of names) {
      const part = value[name];
      if (part !== undefined) fields[name]!.write(writer, part);
    }
    return writer.finish();
  };
  const decode = (encoded: Uint8Array): Output<F> => {
    const reader = new WireReader(encoded);
    const out: Record<string, unknown> = {};
    for (const name of names) out[name] = fields[name]!.initial();
    while (reader.hasMore) {
      const tag = reader.varint();
      const known = byNumber[Math.floor(tag / 8)];
      if (known === undefined) reader.skip(tag & 7);
      else out[known.name] = known.field.read(reader, tag & 7, out[known.name]);
    }
    return out as Output<F>;
  };
  return {
    wireType: 2,
    initial: undefined,
    // An empty message differs from an absent one.
    isDefault: () => false,
    write: (writer, value) => writer.bytes(encode(value)),
    read: reader => decode(reader.bytes()),
    encode,
    decode,
  };
}

const entry = message({ key: field(1, string), value: field(2, string) });
