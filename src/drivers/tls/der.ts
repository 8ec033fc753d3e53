/** A small DER writer (X.690): only the types that certificates and requests are made of. */

const tags = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  objectIdentifier: 0x06,
  utf8String: 0x0c,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
  set: 0x31,
} as const;

function encodeLength(length: number): readonly number[] {
  if (length < 0x80) return [length];
  const bytes: number[] = [];
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) bytes.unshift(rest % 256);
  return [0x80 | bytes.length, ...bytes];
}

/** A value with any tag, for context-specific ones (`0xa0 | n` constructed, `0x80 | n` primitive). */
export function encodeTagged(tag: number, content: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from([tag, ...encodeLength(content.length)]), content]);
}

export function encodeSequence(...parts: readonly Uint8Array[]): Buffer {
  return encodeTagged(tags.sequence, Buffer.concat(parts));
}

export function encodeSet(...parts: readonly Uint8Array[]): Buffer {
  return encodeTagged(tags.set, Buffer.concat(parts));
}

/** An unsigned integer, big end first; leading zeros are dropped and the sign byte is added as DER wants. */
export function encodeUnsignedInteger(bytes: Uint8Array): Buffer {
  let start = 0;
  while (start < bytes.length - 1 && bytes[start] === 0) start++;
  const significant = bytes.subarray(start);
  const needsSignByte = (significant[0] ?? 0) >= 0x80;
  return encodeTagged(tags.integer, needsSignByte ? Buffer.concat([Buffer.from([0]), significant]) : significant);
}

export function encodeBoolean(value: boolean): Buffer {
  return encodeTagged(tags.boolean, Buffer.from([value ? 0xff : 0]));
}

export function encodeBitString(bytes: Uint8Array, unusedBits = 0): Buffer {
  return encodeTagged(tags.bitString, Buffer.concat([Buffer.from([unusedBits]), bytes]));
}

/** A named-bit list such as KeyUsage: bit 0 is the most significant; trailing zero bits are dropped. */
export function encodeNamedBits(bits: readonly number[]): Buffer {
  const highest = Math.max(...bits);
  const bytes = Buffer.alloc((highest >> 3) + 1);
  for (const bit of bits) bytes[bit >> 3]! |= 0x80 >> (bit & 7);
  return encodeBitString(bytes, 7 - (highest & 7));
}

export function encodeOctetString(bytes: Uint8Array): Buffer {
  return encodeTagged(tags.octetString, bytes);
}

export function encodeUtf8String(text: string): Buffer {
  return encodeTagged(tags.utf8String, Buffer.from(text, 'utf8'));
}

/** `2.5.4.3` and the like. */
export function encodeObjectIdentifier(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  return encodeTagged(tags.objectIdentifier, Buffer.from([first * 40 + second, ...rest.flatMap(encodeBase128)]));
}

function encodeBase128(value: number): readonly number[] {
  const bytes = [value % 128];
  for (let rest = Math.floor(value / 128); rest > 0; rest = Math.floor(rest / 128)) bytes.unshift((rest % 128) | 0x80);
  return bytes;
}

/** RFC 5280: UTCTime until 2049, GeneralizedTime from 2050 on; whole seconds. */
export function encodeTime(ms: number): Buffer {
  const digits = new Date(ms).toISOString().replace(/[-:T]|\.\d+/g, '');
  return new Date(ms).getUTCFullYear() < 2050
    ? encodeTagged(tags.utcTime, Buffer.from(digits.slice(2), 'ascii'))
    : encodeTagged(tags.generalizedTime, Buffer.from(digits, 'ascii'));
}
