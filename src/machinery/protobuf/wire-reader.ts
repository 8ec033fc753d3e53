/** One field of a message: its number and its value as it stands on the wire. */
export interface WireField {
  readonly number: number;
  readonly value: WireValue;
}

/** A varint (64 bits), a fixed number's bytes, or length-delimited bytes. */
export type WireValue = bigint | Uint8Array;

/** Text that is no protobuf message. */
export class WireError extends Error {
  constructor(why: string) {
    super(why);
    this.name = 'WireError';
  }
}

/** The fields of a message in their order. Throws a `WireError` where the bytes end early or make no sense. */
export function* readFields(bytes: Uint8Array): Generator<WireField> {
  const cursor = { at: 0 };
  while (cursor.at < bytes.length) {
    const tag = Number(readVarint(bytes, cursor));
    const number = Math.floor(tag / 8);
    if (number === 0) throw new WireError('field number 0');
    yield { number, value: readValue(bytes, cursor, tag & 7) };
  }
}

function readValue(bytes: Uint8Array, cursor: { at: number }, wireType: number): WireValue {
  if (wireType === 0) return readVarint(bytes, cursor);
  if (wireType === 1) return take(bytes, cursor, 8);
  if (wireType === 2) return take(bytes, cursor, Number(readVarint(bytes, cursor)));
  if (wireType === 5) return take(bytes, cursor, 4);
  throw new WireError(`wire type ${wireType}`);
}

function take(bytes: Uint8Array, cursor: { at: number }, length: number): Uint8Array {
  const end = cursor.at + length;
  if (end > bytes.length) throw new WireError('unexpected end');
  const part = bytes.subarray(cursor.at, end);
  cursor.at = end;
  return part;
}

function readVarint(bytes: Uint8Array, cursor: { at: number }): bigint {
  let value = 0n;
  for (let shift = 0n; shift < 70n; shift += 7n) {
    const byte = bytes[cursor.at++];
    if (byte === undefined) throw new WireError('unexpected end');
    value |= BigInt(byte & 0x7f) << shift;
    if (byte < 0x80) return value;
  }
  throw new WireError('a number of more than 64 bits');
}
