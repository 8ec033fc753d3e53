/**
 * Writes protobuf's wire format, field by field. Empty strings, false and zero are left out, as proto3 does.
 * Only what OpenAPI needs: strings, booleans, integers, doubles and messages.
 */
export class ProtobufWriter {
  #bytes = new Uint8Array(256);
  #length = 0;

  /** What has been written; a view that the next write may change. */
  finish(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  string(field: number, value: unknown): this {
    if (typeof value !== 'string' || value === '') return this;
    return this.requiredString(field, value);
  }

  /** A string that is written even if it is empty: an item of a list. */
  requiredString(field: number, value: string): this {
    this.#tag(field, 2);
    const start = this.#length;
    // The length comes first but is known last: most texts fit the one byte that is kept free for it.
    this.#reserve(value.length * 3 + 5);
    this.#length += 1;
    this.#text(value);
    this.#patchLength(start);
    return this;
  }

  strings(field: number, values: unknown): this {
    if (Array.isArray(values)) for (const value of values) this.requiredString(field, String(value));
    return this;
  }

  boolean(field: number, value: unknown): this {
    if (value !== true) return this;
    this.#tag(field, 0);
    this.#varint(1);
    return this;
  }

  /** A non-negative integer up to 2^53. */
  integer(field: number, value: unknown): this {
    if (typeof value !== 'number' || value <= 0) return this;
    this.#tag(field, 0);
    this.#varint(value);
    return this;
  }

  double(field: number, value: unknown): this {
    if (typeof value !== 'number' || value === 0) return this;
    this.#tag(field, 1);
    this.#reserve(8);
    new DataView(this.#bytes.buffer).setFloat64(this.#length, value, true);
    this.#length += 8;
    return this;
  }

  /** A nested message, written by `write` in place; empty messages are written too. */
  message(field: number, write: (writer: ProtobufWriter) => void): this {
    this.#tag(field, 2);
    const start = this.#length;
    this.#reserve(1);
    this.#length += 1;
    write(this);
    this.#patchLength(start);
    return this;
  }

  #patchLength(start: number): void {
    const size = this.#length - start - 1;
    let extra = 0;
    for (let rest = size; rest >= 128; rest = Math.floor(rest / 128)) extra++;
    if (extra > 0) {
      this.#reserve(extra);
      this.#bytes.copyWithin(start + 1 + extra, start + 1, this.#length);
    }
    const end = this.#length + extra;
    this.#length = start;
    this.#varint(size);
    this.#length = end;
  }

  #tag(field: number, wireType: number): void {
    this.#varint(field * 8 + wireType);
  }

  #varint(value: number): void {
    this.#reserve(8);
    let rest = value;
    while (rest >= 128) {
      this.#bytes[this.#length++] = (rest % 128) | 128;
      rest = Math.floor(rest / 128);
    }
    this.#bytes[this.#length++] = rest;
  }

  #text(value: string): void {
    for (const char of value) {
      const code = char.codePointAt(0)!;
      if (code < 0x80) this.#bytes[this.#length++] = code;
      else this.#multibyte(code);
    }
  }

  #multibyte(code: number): void {
    const tail = (shift: number): number => 0x80 | ((code >> shift) & 0x3f);
    if (code < 0x800) this.#bytes[this.#length++] = 0xc0 | (code >> 6);
    else if (code < 0x10000) {
      this.#bytes[this.#length++] = 0xe0 | (code >> 12);
      this.#bytes[this.#length++] = tail(6);
    } else {
      this.#bytes[this.#length++] = 0xf0 | (code >> 18);
      this.#bytes[this.#length++] = tail(12);
      this.#bytes[this.#length++] = tail(6);
    }
    this.#bytes[this.#length++] = tail(0);
  }

  #reserve(size: number): void {
    if (this.#length + size <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(this.#bytes.length * 2, this.#length + size));
    grown.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = grown;
  }
}
