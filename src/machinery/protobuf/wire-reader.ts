/** Text that is no protobuf message. */
export class WireError extends Error {
  constructor(why: string) {
    super(why);
    this.name = 'WireError';
  }
}

const twoTo32 = 4294967296;

/** Differs from Kubernetes: readers recurse, and so do those who walk what was read. */
const depthMax = 500;

/**
 * Reads messages in place: a nested message is a range of the same bytes, entered and left. Throws a `WireError` where
 * they end early or make no sense.
 */
export class WireReader {
  readonly #bytes: Uint8Array;
  #at = 0;
  #end: number;
  #wireType = 0;
  #depth = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#end = bytes.length;
  }

  /** The next field's number; 0 at the message's end. Its value must be read or skipped before the next. */
  nextField(): number {
    if (this.#at >= this.#end) return 0;
    const tag = this.#readUnsigned();
    this.#wireType = tag & 7;
    const number = Math.floor(tag / 8);
    if (number === 0) throw new WireError('field number 0');
    return number;
  }

  skip(): void {
    if (this.#wireType === 0) this.#readUnsigned();
    else if (this.#wireType === 1) this.#advance(8);
    else if (this.#wireType === 2) this.#advance(this.#readUnsigned());
    else if (this.#wireType === 5) this.#advance(4);
    else throw new WireError(`wire type ${this.#wireType}`);
  }

  /** Enters the nested message; returns what `leave` needs. */
  enter(): number {
    if (++this.#depth > depthMax) throw new WireError('exceeded max depth');
    const length = this.#readLength();
    const outerEnd = this.#end;
    this.#end = this.#at + length;
    return outerEnd;
  }

  leave(outerEnd: number): void {
    this.#depth--;
    this.#at = this.#end;
    this.#end = outerEnd;
  }

  /** The bytes themselves, not a copy. */
  readBytes(): Uint8Array {
    const length = this.#readLength();
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  readText(): string {
    const length = this.#readLength();
    const from = this.#at;
    const to = from + length;
    this.#at = to;
    const bytes = this.#bytes;
    let text = '';
    for (let i = from; i < to; i++) {
      const byte = bytes[i]!;
      if (byte >= 128) return decodeUtf8(bytes.subarray(from, to));
      text += String.fromCharCode(byte);
    }
    return text;
  }

  readBoolean(): boolean {
    return this.readInteger() !== 0;
  }

  /** A signed number. Beyond 2^53 it is the nearest that JSON can say. */
  readInteger(): number {
    if (this.#wireType !== 0) throw new WireError('something else where a whole number is expected');
    const first = this.#bytes[this.#at];
    if (first !== undefined && first < 128 && this.#at < this.#end) {
      this.#at++;
      return first;
    }
    return this.#readSigned();
  }

  readDouble(): number {
    if (this.#wireType !== 1) throw new WireError('something else where a number of eight bytes is expected');
    const from = this.#at;
    this.#advance(8);
    return new DataView(this.#bytes.buffer, this.#bytes.byteOffset + from, 8).getFloat64(0, true);
  }

  #readLength(): number {
    if (this.#wireType !== 2) throw new WireError('a number where a message is expected');
    const length = this.#readUnsigned();
    if (length > this.#end - this.#at) throw new WireError('unexpected end');
    return length;
  }

  #advance(count: number): void {
    if (count > this.#end - this.#at) throw new WireError('unexpected end');
    this.#at += count;
  }

  /** Exact up to 53 bits, which no tag and no length exceeds. */
  #readUnsigned(): number {
    let value = 0;
    let unit = 1;
    for (let i = 0; i < 10; i++) {
      if (this.#at >= this.#end) throw new WireError('unexpected end');
      const byte = this.#bytes[this.#at++]!;
      value += (byte & 127) * unit;
      if (byte < 128) return value;
      unit *= 128;
    }
    throw new WireError('a number of more than 64 bits');
  }

  #readSigned(): number {
    const from = this.#at;
    const value = this.#readUnsigned();
    if (this.#at - from < 8) return value;
    return toSigned(this.#bytes.subarray(from, this.#at));
  }
}

/** The two's complement of 64 bits in groups of seven, put together in halves that numbers can hold. */
function toSigned(groups: Uint8Array): number {
  let low = 0;
  let high = 0;
  for (let i = groups.length - 1; i >= 0; i--) {
    high = (high << 7) | (low >>> 25) | 0;
    low = (low << 7) | (groups[i]! & 127) | 0;
  }
  return high * twoTo32 + (low >>> 0);
}

function decodeUtf8(bytes: Uint8Array): string {
  let escaped = '';
  for (const byte of bytes) escaped += `%${byte.toString(16).padStart(2, '0')}`;
  try {
    return decodeURIComponent(escaped);
  } catch (error) {
    if (error instanceof URIError) throw new WireError('text that is not UTF-8');
    throw error;
  }
}
