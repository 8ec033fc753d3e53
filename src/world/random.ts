export interface Random {
  /** A float in [0, 1). */
  float(): number;
  /** An integer in [0, below). */
  integer(below: number): number;
  /** `length` characters that Kubernetes puts behind generateName: no vowels, no look-alikes. */
  suffix(length: number): string;
  /** A version 4 UUID. */
  uuid(): string;
  /** `length` bytes; unpredictable in the real world (keys, tokens), reproducible in the virtual one. */
  bytes(length: number): Uint8Array;
  /** An independent stream of its own, so that one consumer's draws never shift another's. */
  stream(name: string): Random;
}

// Kubernetes: k8s.io/apimachinery/pkg/util/rand uses the same alphabet.
const suffixAlphabet = 'bcdfghjklmnpqrstvwxz2456789';

/** A 32-bit FNV-1a hash: stable across runs and machines, not for secrets. */
export function hashText(text: string, seed = 0x811c9dc5): number {
  let hash = seed;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}

const hexBytes: readonly string[] = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/** The lower 16 bits in four digits. */
function hex16(bits: number): string {
  return hexBytes[(bits >>> 8) & 0xff]! + hexBytes[bits & 0xff]!;
}

/** Builds a `Random` from a source of 32-bit words and a way to open named streams. */
export function randomFromWords(word: () => number, stream: (name: string) => Random): Random {
  const random: Random = {
    // 53 bits, as Math.random gives.
    float: () => ((word() >>> 5) * 0x4000000 + (word() >>> 6)) / 0x20000000000000,
    integer: below => Math.floor(random.float() * below),
    suffix(length) {
      let text = '';
      for (let i = 0; i < length; i++) text += suffixAlphabet[random.integer(suffixAlphabet.length)];
      return text;
    },
    uuid() {
      const a = word();
      const b = (word() & 0xffff0fff) | 0x4000;
      const c = (word() & 0x3fffffff) | 0x80000000;
      const d = word();
      return `${hex16(a >>> 16)}${hex16(a)}-${hex16(b >>> 16)}-${hex16(b)}-${hex16(c >>> 16)}-${hex16(c)}${hex16(d >>> 16)}${hex16(d)}`;
    },
    bytes(length) {
      const out = new Uint8Array(length);
      for (let i = 0; i < length; i++) out[i] = word() & 0xff;
      return out;
    },
    stream,
  };
  return random;
}

/** A reproducible generator (sfc32), seeded by a number or text. Not for secrets. */
export function createSeededRandom(seed: number | string): Random {
  let a = hashText(`${seed}/a`);
  let b = hashText(`${seed}/b`);
  let c = hashText(`${seed}/c`);
  let counter = 1;
  const word = (): number => {
    const t = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + t;
    c |= 0;
    return t >>> 0;
  };
  for (let i = 0; i < 12; i++) word();
  return randomFromWords(word, name => createSeededRandom(`${seed}/${name}`));
}
