const escapes: Readonly<Record<string, string>> = {
  a: '\u0007',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
  '"': '"',
  "'": "'",
  '`': '`',
  '?': '?',
};

const escapeShape =
  /\\(?:([abfnrtv\\"'`?])|[xX]([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-3][0-7]{2})|([\s\S]?))/g;

/** A string's or bytes' text without quotes and escapes; undefined when an escape is none. */
export function unquote(literal: string): string | undefined {
  const isRaw = /^[rR]/.test(literal);
  const quoted = isRaw ? literal.slice(1) : literal;
  const width = quoted.startsWith('"""') || quoted.startsWith("'''") ? 3 : 1;
  const text = quoted.slice(width, -width).replaceAll('\r\n', '\n');
  return isRaw ? text : withoutEscapes(text, code => (isCodePoint(code) ? String.fromCodePoint(code) : undefined));
}

/** The bytes of `b'…'`: hexadecimal and octal escapes are bytes there, everything else is UTF-8. */
export function unquoteBytes(literal: string): Uint8Array | undefined {
  const isRaw = /^[rR]/.test(literal);
  const bytes: number[] = [];
  const quoted = isRaw ? literal.slice(1) : literal;
  const width = quoted.startsWith('"""') || quoted.startsWith("'''") ? 3 : 1;
  const text = quoted.slice(width, -width);
  if (isRaw) return encodeUtf8(text);
  let end = 0;
  for (const match of text.matchAll(escapeShape)) {
    bytes.push(...encodeUtf8(text.slice(end, match.index)));
    end = match.index + match[0].length;
    const [, plain, hex, , , octal] = match;
    if (plain !== undefined) bytes.push(...encodeUtf8(escapes[plain]!));
    else if (hex !== undefined) bytes.push(Number.parseInt(hex, 16));
    else if (octal !== undefined) bytes.push(Number.parseInt(octal, 8));
    else return undefined;
  }
  return Uint8Array.from([...bytes, ...encodeUtf8(text.slice(end))]);
}

function withoutEscapes(text: string, encode: (code: number) => string | undefined): string | undefined {
  let isBroken = false;
  const plain = text.replace(escapeShape, (_, simple, hex, short, long, octal) => {
    if (simple !== undefined) return escapes[simple]!;
    const digits = hex ?? short ?? long;
    const code =
      digits === undefined ? (octal === undefined ? -1 : Number.parseInt(octal, 8)) : Number.parseInt(digits, 16);
    const char = encode(code);
    if (char === undefined) isBroken = true;
    return char ?? '';
  });
  return isBroken ? undefined : plain;
}

function isCodePoint(code: number): boolean {
  return code >= 0 && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff);
}

export function encodeUtf8(text: string): Uint8Array {
  const bytes: number[] = [];
  for (const char of text) {
    const code = char.codePointAt(0)!;
    if (code < 0x80) bytes.push(code);
    else if (code < 0x800) bytes.push(0xc0 | (code >> 6), 0x80 | (code & 63));
    else if (code < 0x10000) bytes.push(0xe0 | (code >> 12), 0x80 | ((code >> 6) & 63), 0x80 | (code & 63));
    else {
      bytes.push(0xf0 | (code >> 18), 0x80 | ((code >> 12) & 63), 0x80 | ((code >> 6) & 63), 0x80 | (code & 63));
    }
  }
  return Uint8Array.from(bytes);
}

/** Undefined when the bytes are no UTF-8. */
export function decodeUtf8(bytes: Uint8Array): string | undefined {
  let text = '';
  for (let at = 0; at < bytes.length; ) {
    const first = bytes[at++]!;
    const more = first < 0x80 ? 0 : first >> 5 === 6 ? 1 : first >> 4 === 14 ? 2 : first >> 3 === 30 ? 3 : -1;
    if (more < 0 || at + more > bytes.length) return undefined;
    let code = more === 0 ? first : first & (63 >> more);
    for (let i = 0; i < more; i++) {
      const next = bytes[at++]!;
      if (next >> 6 !== 2) return undefined;
      code = (code << 6) | (next & 63);
    }
    if (!isCodePoint(code)) return undefined;
    text += String.fromCodePoint(code);
  }
  return text;
}
