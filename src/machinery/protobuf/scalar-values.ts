import { WireError, type WireValue } from './wire-reader.ts';

/** Bytes of UTF-8 as text. */
export function decodeText(bytes: Uint8Array): string {
  let text = '';
  let isAscii = true;
  for (const byte of bytes) {
    if (byte >= 128) isAscii = false;
    text += String.fromCharCode(byte);
  }
  return isAscii ? text : decodeNonAscii(bytes);
}

function decodeNonAscii(bytes: Uint8Array): string {
  let escaped = '';
  for (const byte of bytes) escaped += `%${byte.toString(16).padStart(2, '0')}`;
  try {
    return decodeURIComponent(escaped);
  } catch (error) {
    if (error instanceof URIError) throw new WireError('text that is not UTF-8');
    throw error;
  }
}

const base64Alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** Standard base64 with padding, as JSON carries Go's `[]byte`. */
export function encodeBase64(bytes: Uint8Array): string {
  let text = '';
  for (let i = 0; i < bytes.length; i += 3) {
    const left = bytes.length - i;
    const group = (bytes[i]! << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0);
    text += base64Alphabet[group >> 18]! + base64Alphabet[(group >> 12) & 63]!;
    text += left > 1 ? base64Alphabet[(group >> 6) & 63]! : '=';
    text += left > 2 ? base64Alphabet[group & 63]! : '=';
  }
  return text;
}

/** A varint as a signed number. Beyond 2^53 it is the nearest that JSON can say. */
export function toSigned(value: WireValue): number {
  return typeof value === 'bigint' ? Number(BigInt.asIntN(64, value)) : readDouble(value);
}

function readDouble(bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return bytes.length === 8 ? view.getFloat64(0, true) : view.getFloat32(0, true);
}

export function requireBytes(value: WireValue): Uint8Array {
  if (typeof value !== 'bigint') return value;
  throw new WireError('a number where a message is expected');
}
