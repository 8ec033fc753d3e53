import { timingSafeEqual } from 'node:crypto';

/**
 * NaCl's secretbox, XSalsa20 with Poly1305, which neither Node nor OpenSSL has. Written from Bernstein's papers
 * ("Extending the Salsa20 nonce", "The Poly1305-AES message-authentication code") and tested with NaCl's own vectors.
 */
export function sealBox(text: Buffer, nonce: Buffer, key: Buffer): Buffer {
  const stream = xsalsa20(nonce, key, 32 + text.length);
  const cipher = xor(text, stream.subarray(32));
  return Buffer.concat([poly1305(cipher, stream.subarray(0, 32)), cipher]);
}

/** Undefined when it was sealed with another key, or changed. */
export function openBox(box: Buffer, nonce: Buffer, key: Buffer): Buffer | undefined {
  if (box.length < tagSize) return undefined;
  const cipher = box.subarray(tagSize);
  const stream = xsalsa20(nonce, key, 32 + cipher.length);
  if (!timingSafeEqual(poly1305(cipher, stream.subarray(0, 32)), box.subarray(0, tagSize))) return undefined;
  return xor(cipher, stream.subarray(32));
}

const tagSize = 16;
/** "expand 32-byte k". */
const sigma = [0x61707865, 0x3320646e, 0x79622d32, 0x6b206574] as const;

function xor(text: Buffer, stream: Buffer): Buffer {
  const out = Buffer.allocUnsafe(text.length);
  for (let i = 0; i < text.length; i++) out[i] = text[i]! ^ stream[i]!;
  return out;
}

function words(bytes: Buffer): readonly number[] {
  return Array.from({ length: bytes.length / 4 }, (_, i) => bytes.readUInt32LE(4 * i));
}

/** The first 16 bytes of the nonce make another key, the other 8 are Salsa20's nonce. */
function xsalsa20(nonce: Buffer, key: Buffer, length: number): Buffer {
  const subkey = hsalsa20(words(key), words(nonce.subarray(0, 16)));
  const [low, high] = words(nonce.subarray(16)) as [number, number];
  const blocks = Math.ceil(length / 64);
  const out = Buffer.allocUnsafe(blocks * 64);
  for (let block = 0; block < blocks; block++) {
    const input = layOut(subkey, [low, high, block, 0]);
    const state = rounds(input);
    for (let i = 0; i < 16; i++) out.writeUInt32LE((state[i]! + input[i]!) >>> 0, 64 * block + 4 * i);
  }
  return out.subarray(0, length);
}

function hsalsa20(key: readonly number[], nonce: readonly number[]): readonly number[] {
  const state = rounds(layOut(key, nonce));
  return [0, 5, 10, 15, 6, 7, 8, 9].map(i => state[i]!);
}

function layOut(key: readonly number[], middle: readonly number[]): Uint32Array {
  const [a, b, c, d] = sigma;
  return Uint32Array.of(a, ...key.slice(0, 4), b, ...middle, c, ...key.slice(4), d);
}

/** Which words a quarter round mixes: the columns, then the rows. */
const quarters = [
  [0, 4, 8, 12],
  [5, 9, 13, 1],
  [10, 14, 2, 6],
  [15, 3, 7, 11],
  [0, 1, 2, 3],
  [5, 6, 7, 4],
  [10, 11, 8, 9],
  [15, 12, 13, 14],
] as const;

function rounds(input: Uint32Array): Uint32Array {
  const x = input.slice();
  for (let round = 0; round < 10; round++) {
    for (const [a, b, c, d] of quarters) {
      x[b]! ^= rotate(x[a]! + x[d]!, 7);
      x[c]! ^= rotate(x[b]! + x[a]!, 9);
      x[d]! ^= rotate(x[c]! + x[b]!, 13);
      x[a]! ^= rotate(x[d]! + x[c]!, 18);
    }
  }
  return x;
}

function rotate(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits));
}

const prime = (1n << 130n) - 5n;
const clamp = 0x0ffffffc0ffffffc0ffffffc0fffffffn;

function poly1305(text: Buffer, key: Buffer): Buffer {
  const r = readNumber(key.subarray(0, 16)) & clamp;
  let sum = 0n;
  for (let at = 0; at < text.length; at += 16) {
    const block = text.subarray(at, at + 16);
    sum = ((sum + readNumber(block) + (1n << BigInt(8 * block.length))) * r) % prime;
  }
  const tag = (sum + readNumber(key.subarray(16, 32))) & ((1n << 128n) - 1n);
  return Buffer.from(tag.toString(16).padStart(32, '0'), 'hex').reverse();
}

/** Little end first. */
function readNumber(bytes: Buffer): bigint {
  return bytes.length === 0 ? 0n : BigInt(`0x${Buffer.from(bytes).reverse().toString('hex')}`);
}
