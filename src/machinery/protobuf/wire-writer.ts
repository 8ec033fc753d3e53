const initialBytes = 2048;
const twoTo32 = 4294967296;

/**
 * Writes a message from its end to its beginning: what is nested is written before the length in front of it, so nothing
 * is measured beforehand or moved afterwards. Whoever uses it writes fields, list items and map entries last to first,
 * and of each field the value, then the length, then the tag.
 */
export class WireWriter {
  #bytes = new Uint8Array(initialBytes);
  #start = initialBytes;

  /** How many bytes have been written. */
  get size(): number {
    return this.#bytes.length - this.#start;
  }

  /** What has been written, as bytes of their own. */
  take(): Uint8Array {
    return this.#bytes.slice(this.#start);
  }

  /** A whole number of up to 53 bits, in two's complement of 64 bits where it is negative. */
  writeVarint(value: number): void {
    if (value >= 0 && value < 128) {
      if (this.#start === 0) this.#grow(1);
      this.#bytes[--this.#start] = value;
    } else if (value >= 0 && value < twoTo32) this.#writeLow(value);
    else this.#writeWide(value);
  }

  writeByte(value: number): void {
    if (this.#start === 0) this.#grow(1);
    this.#bytes[--this.#start] = value;
  }

  writeRaw(bytes: Uint8Array): void {
    if (this.#start < bytes.length) this.#grow(bytes.length);
    this.#start -= bytes.length;
    this.#bytes.set(bytes, this.#start);
  }

  /** As UTF-8. Half a surrogate pair becomes the replacement character. */
  writeText(text: string): void {
    // A code unit takes at most three bytes.
    if (this.#start < text.length * 3) this.#grow(text.length * 3);
    const bytes = this.#bytes;
    let at = this.#start;
    for (let i = text.length - 1; i >= 0; i--) {
      const code = text.charCodeAt(i);
      if (code < 0x80) bytes[--at] = code;
      else if (code < 0x800) {
        bytes[--at] = 0x80 | (code & 0x3f);
        bytes[--at] = 0xc0 | (code >> 6);
      } else if (code >= 0xdc00 && code < 0xe000 && i > 0 && isHighSurrogate(text.charCodeAt(i - 1))) {
        const point = 0x10000 + ((text.charCodeAt(--i) & 0x3ff) << 10) + (code & 0x3ff);
        bytes[--at] = 0x80 | (point & 0x3f);
        bytes[--at] = 0x80 | ((point >> 6) & 0x3f);
        bytes[--at] = 0x80 | ((point >> 12) & 0x3f);
        bytes[--at] = 0xf0 | (point >> 18);
      } else {
        const unit = code >= 0xd800 && code < 0xe000 ? 0xfffd : code;
        bytes[--at] = 0x80 | (unit & 0x3f);
        bytes[--at] = 0x80 | ((unit >> 6) & 0x3f);
        bytes[--at] = 0xe0 | (unit >> 12);
      }
    }
    this.#start = at;
  }

  /** A number of eight bytes, least significant first. */
  writeDouble(value: number): void {
    const bytes = new Uint8Array(8);
    new DataView(bytes.buffer).setFloat64(0, value, true);
    this.writeRaw(bytes);
  }

  #writeLow(value: number): void {
    const size = sizeOfVarint(value);
    if (this.#start < size) this.#grow(size);
    this.#start -= size;
    let at = this.#start;
    let rest = value;
    for (; rest > 127; rest = Math.floor(rest / 128)) this.#bytes[at++] = (rest & 127) | 128;
    this.#bytes[at] = rest;
  }

  #writeWide(value: number): void {
    let rest = BigInt.asUintN(64, BigInt(value));
    const groups: number[] = [];
    for (; rest > 127n; rest >>= 7n) groups.push(Number(rest & 127n) | 128);
    groups.push(Number(rest));
    this.writeRaw(Uint8Array.from(groups));
  }

  #grow(needed: number): void {
    const { size } = this;
    const old = this.#bytes;
    const grown = new Uint8Array(Math.max(old.length * 2, size + needed + initialBytes));
    const start = grown.length - size;
    grown.set(old.subarray(this.#start), start);
    this.#bytes = grown;
    this.#start = start;
  }
}

/** How many bytes a length takes. */
export function sizeOfVarint(value: number): number {
  return value < 128 ? 1 : value < 0x4000 ? 2 : value < 0x200000 ? 3 : value < 0x10000000 ? 4 : 5;
}

function isHighSurrogate(code: number): boolean {
  return code >= 0xd800 && code < 0xdc00;
}
