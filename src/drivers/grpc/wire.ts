/** Writes protobuf's primitive encodings into a buffer that grows. */
export class WireWriter {
  #bytes = Buffer.allocUnsafe(256);
  #length = 0;

  varint(value: number): void {
    this.#reserve(10);
    const bytes = this.#bytes;
    if (value < 0) {
      // Negative integers are 64-bit two's complement whatever their declared width.
      let rest = BigInt.asUintN(64, BigInt(value));
      while (rest > 127n) {
        bytes[this.#length++] = Number(rest & 127n) | 128;
        rest >>= 7n;
      }
      bytes[this.#length++] = Number(rest);
      return;
    }
    let rest = value;
    while (rest > 127) {
      bytes[this.#length++] = (rest % 128) | 128;
      rest = Math.floor(rest / 128);
    }
    bytes[this.#length++] = rest;
  }

  /** A length and the bytes. */
  bytes(value: Uint8Array): void {
    this.varint(value.length);
    this.#reserve(value.length);
    this.#bytes.set(value, this.#length);
    this.#length += value.length;
  }

  text(value: string): void {
    const length = Buffer.byteLength(value);
    this.varint(length);
    this.#reserve(length);
    this.#length += this.#bytes.write(value, this.#length);
  }

  finish(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }

  #reserve(count: number): void {
    if (this.#length + count <= this.#bytes.length) return;
    const grown = Buffer.allocUnsafe(Math.max(this.#bytes.length * 2, this.#length + count));
    this.#bytes.copy(grown, 0, 0, this.#length);
    this.#bytes = grown;
  }
}

/** Reads protobuf's primitive encodings; throws where the bytes end early. */
export class WireReader {
  readonly #bytes: Buffer;
  #position = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  get hasMore(): boolean {
    return this.#position < this.#bytes.length;
  }

  /** Unsigned; exact up to 2^53, beyond it the nearest double. */
  varint(): number {
    let value = 0;
    let scale = 1;
    for (let i = 0; i < 10; i++) {
      const byte = this.#next();
      value += (byte & 127) * scale;
      if (byte < 128) return value;
      scale *= 128;
    }
    throw new Error('protobuf: varint of more than ten bytes');
  }

  /** The same bytes as a signed 64-bit integer. */
  signedVarint(): number {
    const start = this.#position;
    const value = this.varint();
    if (value < 2 ** 63) return value;
    this.#position = start;
    let exact = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = this.#next();
      exact |= BigInt(byte & 127) << shift;
      if (byte < 128) return Number(BigInt.asIntN(64, exact));
    }
  }

  /** A view of the underlying memory, not a copy. */
  bytes(): Buffer {
    return this.#take(this.varint());
  }

  skip(wireType: number): void {
    if (wireType === 0) this.varint();
    else if (wireType === 1) this.#take(8);
    else if (wireType === 2) this.bytes();
    else if (wireType === 5) this.#take(4);
    else throw new Error(`protobuf: unknown wire type ${wireType}`);
  }

  #next(): number {
    const byte = this.#bytes[this.#position++];
    if (byte === undefined) throw new Error('protobuf: unexpected end');
    return byte;
  }

  #take(count: number): Buffer {
    const end = this.#position + count;
    if (end > this.#bytes.length) throw new Error('protobuf: unexpected end');
    const taken = this.#bytes.subarray(this.#position, end);
    this.#position = end;
    return taken;
  }
}
