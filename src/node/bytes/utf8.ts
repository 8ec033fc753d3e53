const replacement = '\ufffd';

/** Bytes as UTF-8 text; what is none becomes U+FFFD. */
export function decodeUtf8(bytes: Uint8Array): string {
  let text = '';
  let i = 0;
  while (i < bytes.length) {
    const first = bytes[i]!;
    const length = sequenceLength(first);
    const code = length === 1 ? first : readSequence(bytes, i, length);
    text += code === undefined ? replacement : String.fromCodePoint(code);
    i += code === undefined ? 1 : length;
  }
  return text;
}

/** Text as UTF-8 bytes. */
export function encodeUtf8(text: string): Uint8Array {
  const out: number[] = [];
  for (const letter of text) {
    const code = letter.codePointAt(0)!;
    if (code < 0x80) out.push(code);
    else if (code < 0x800) out.push(0xc0 | (code >> 6), 0x80 | (code & 0x3f));
    else if (code < 0x10000) out.push(0xe0 | (code >> 12), 0x80 | ((code >> 6) & 0x3f), 0x80 | (code & 0x3f));
    else {
      out.push(0xf0 | (code >> 18), 0x80 | ((code >> 12) & 0x3f), 0x80 | ((code >> 6) & 0x3f), 0x80 | (code & 0x3f));
    }
  }
  return Uint8Array.from(out);
}

/** 0 for a byte that begins no sequence. */
function sequenceLength(first: number): number {
  if (first < 0x80) return 1;
  if (first >= 0xc2 && first < 0xe0) return 2;
  if (first >= 0xe0 && first < 0xf0) return 3;
  return first >= 0xf0 && first < 0xf5 ? 4 : 0;
}

function readSequence(bytes: Uint8Array, at: number, length: number): number | undefined {
  if (length === 0 || at + length > bytes.length) return undefined;
  let code = bytes[at]! & (0xff >> (length + 1));
  for (let i = 1; i < length; i++) {
    const next = bytes[at + i]!;
    if ((next & 0xc0) !== 0x80) return undefined;
    code = (code << 6) | (next & 0x3f);
  }
  const isSurrogate = code >= 0xd800 && code <= 0xdfff;
  const isOverlong = (length === 3 && code < 0x800) || (length === 4 && code < 0x10000);
  return isSurrogate || isOverlong || code > 0x10ffff ? undefined : code;
}
