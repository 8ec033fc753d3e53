/** The square roots' first bits of the first eight primes, and the cube roots' of the first 64: FIPS 180-4. */
const initial = Uint32Array.of(
  0x6a09e667,
  0xbb67ae85,
  0x3c6ef372,
  0xa54ff53a,
  0x510e527f,
  0x9b05688c,
  0x1f83d9ab,
  0x5be0cd19,
);
const constants = makeConstants();

const blockBytes = 64;

/**
 * SHA-256 for the places where Kubernetes' own results are made with it and a name must come out the same. For what must be
 * quick or keep secrets, drivers have the platform's.
 */
export function sha256(bytes: Uint8Array): Uint8Array {
  const message = pad(bytes);
  const state = initial.slice();
  const schedule = new Uint32Array(64);
  const words = new DataView(message.buffer);
  for (let start = 0; start < message.length; start += blockBytes) {
    for (let i = 0; i < 16; i++) schedule[i] = words.getUint32(start + i * 4);
    compress(state, schedule);
  }
  const digest = new Uint8Array(32);
  const out = new DataView(digest.buffer);
  for (const [i, word] of state.entries()) out.setUint32(i * 4, word);
  return digest;
}

/** A one, zeros, and the length in bits, up to whole blocks. */
function pad(bytes: Uint8Array): Uint8Array {
  const message = new Uint8Array(Math.ceil((bytes.length + 9) / blockBytes) * blockBytes);
  message.set(bytes);
  message[bytes.length] = 0x80;
  const end = new DataView(message.buffer);
  end.setUint32(message.length - 8, Math.floor(bytes.length / 0x2000_0000));
  end.setUint32(message.length - 4, (bytes.length * 8) >>> 0);
  return message;
}

function compress(state: Uint32Array, w: Uint32Array): void {
  for (let i = 16; i < 64; i++) {
    const [x, y] = [w[i - 15]!, w[i - 2]!];
    const s0 = rotate(x, 7) ^ rotate(x, 18) ^ (x >>> 3);
    const s1 = rotate(y, 17) ^ rotate(y, 19) ^ (y >>> 10);
    w[i] = w[i - 16]! + s0 + w[i - 7]! + s1;
  }
  let [a, b, c, d, e, f, g, h] = state as unknown as [number, number, number, number, number, number, number, number];
  for (let i = 0; i < 64; i++) {
    const s1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25);
    const t1 = (h + s1 + ((e & f) ^ (~e & g)) + constants[i]! + w[i]!) | 0;
    const s0 = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22);
    const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    [h, g, f, e, d, c, b, a] = [g, f, e, (d + t1) | 0, c, b, a, (t1 + t2) | 0];
  }
  for (const [i, word] of [a, b, c, d, e, f, g, h].entries()) state[i] = state[i]! + word;
}

function rotate(word: number, bits: number): number {
  return (word >>> bits) | (word << (32 - bits));
}

function makeConstants(): Uint32Array {
  const found: number[] = [];
  for (let n = 2; found.length < 64; n++) {
    let isPrime = true;
    for (let d = 2; d * d <= n && isPrime; d++) isPrime = n % d !== 0;
    if (isPrime) found.push(cubeRootBits(BigInt(n)));
  }
  return Uint32Array.from(found);
}

/** The first 32 bits behind the point of the cube root. */
function cubeRootBits(n: bigint): number {
  const scaled = n << 96n;
  let low = 0n;
  let high = 1n << 36n;
  while (high - low > 1n) {
    const middle = (low + high) >> 1n;
    if (middle * middle * middle <= scaled) low = middle;
    else high = middle;
  }
  return Number(low & 0xffff_ffffn);
}
