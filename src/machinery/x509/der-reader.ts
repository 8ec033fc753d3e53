/** What is wrong with DER or with what it says, in Go's words as far as they are known. */
export class DerError extends Error {}

/** The tags that certificates and requests are made of. */
export const derTags = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  objectIdentifier: 0x06,
  utf8String: 0x0c,
  utcTime: 0x17,
  generalizedTime: 0x18,
  bmpString: 0x1e,
  sequence: 0x30,
  set: 0x31,
} as const;

/** One value: its tag, what is in it, and the whole of it with its head, which is what signatures cover. */
export interface DerValue {
  readonly tag: number;
  readonly content: Uint8Array;
  readonly raw: Uint8Array;
}

/** Reads DER (X.690) value by value. Lengths are checked; nothing is ever read beyond what is there. */
export class DerReader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#bytes.length;
  }

  /** Throws a `DerError` where there is no whole value. */
  read(): DerValue {
    const start = this.#at;
    const tag = this.#readByte();
    if ((tag & 0x1f) === 0x1f) throw new DerError('asn1: structure error: unsupported tag');
    const length = this.#readLength();
    const end = this.#at + length;
    if (end > this.#bytes.length) throw new DerError('asn1: syntax error: data truncated');
    const content = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return { tag, content, raw: this.#bytes.subarray(start, end) };
  }

  expect(tag: number): DerValue {
    const value = this.read();
    if (value.tag !== tag) throw new DerError(`asn1: structure error: tags don't match (${tag} vs ${value.tag})`);
    return value;
  }

  /** The next value if it has this tag. */
  take(tag: number): DerValue | undefined {
    return !this.isAtEnd && this.#bytes[this.#at] === tag ? this.read() : undefined;
  }

  expectEnd(): void {
    if (!this.isAtEnd) throw new DerError('asn1: syntax error: trailing data');
  }

  #readByte(): number {
    const byte = this.#bytes[this.#at++];
    if (byte === undefined) throw new DerError('asn1: syntax error: data truncated');
    return byte;
  }

  #readLength(): number {
    const first = this.#readByte();
    if (first < 0x80) return first;
    const count = first & 0x7f;
    if (count === 0) throw new DerError('asn1: syntax error: indefinite length found (not DER)');
    if (count > 4) throw new DerError('asn1: structure error: length too large');
    let length = 0;
    for (let i = 0; i < count; i++) length = length * 256 + this.#readByte();
    if (length < 0x80 || length < 256 ** (count - 1)) {
      throw new DerError('asn1: structure error: non-minimal length');
    }
    return length;
  }
}

/** `2.5.4.3` and the like. */
export function readObjectIdentifier({ content }: DerValue): string {
  const numbers: number[] = [];
  let number = 0;
  for (const [i, byte] of content.entries()) {
    number = number * 128 + (byte & 0x7f);
    if (number > Number.MAX_SAFE_INTEGER) throw new DerError('asn1: structure error: base 128 integer too large');
    if (byte >= 0x80) {
      if (i === content.length - 1) throw new DerError('asn1: syntax error: truncated base 128 integer');
      continue;
    }
    numbers.push(number);
    number = 0;
  }
  const [first, ...rest] = numbers;
  if (first === undefined) throw new DerError('asn1: syntax error: zero length OBJECT IDENTIFIER');
  const head = Math.min(2, Math.floor(first / 40));
  return [head, first - head * 40, ...rest].join('.');
}

/** The bytes of a BIT STRING; for those of whole bytes, which is all that keys and signatures are. */
export function readBitString({ content }: DerValue): Uint8Array {
  if (content.length === 0 || content[0] !== 0)
    throw new DerError('asn1: syntax error: invalid padding bits in BIT STRING');
  return content.subarray(1);
}

/** The text of any string type. Types that X.509 has given up are read byte by byte. */
export function readText({ tag, content }: DerValue): string {
  if (tag === derTags.utf8String) return decodeUtf8(content);
  if (tag !== derTags.bmpString) return decodeBytes(content);
  let text = '';
  for (let i = 0; i + 1 < content.length; i += 2) text += String.fromCharCode(content[i]! * 256 + content[i + 1]!);
  return text;
}

/** One character a byte. */
export function decodeBytes(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}

function decodeUtf8(bytes: Uint8Array): string {
  let escaped = '';
  for (const byte of bytes) escaped += `%${byte.toString(16).padStart(2, '0')}`;
  try {
    return decodeURIComponent(escaped);
  } catch (error) {
    if (error instanceof URIError) throw new DerError('asn1: syntax error: invalid UTF-8 string');
    throw error;
  }
}

/** Milliseconds since the epoch of a UTCTime or GeneralizedTime in the one form that certificates may have. */
export function readTime(value: DerValue): number {
  const text = decodeBytes(value.content);
  const isShort = value.tag === derTags.utcTime;
  const match = (
    isShort ? /^(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})Z$/ : /^(\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})Z$/
  ).exec(text);
  if (match === null) throw new DerError('x509: malformed time');
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match.slice(1).map(Number);
  const fullYear = isShort ? (year < 50 ? 2000 + year : 1900 + year) : year;
  return Date.UTC(fullYear, month - 1, day, hour, minute, second);
}
