/** The text is not base64url without padding; `offset` is where it stops being that. */
export class Base64UrlError extends Error {
  constructor(offset: number) {
    super(`illegal base64 data at input byte ${offset}`);
    this.name = 'Base64UrlError';
  }
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/** Encodes text of ASCII characters as base64url without padding. */
export function encodeBase64Url(ascii: string): string {
  let out = '';
  for (let i = 0; i < ascii.length; i += 3) {
    const left = ascii.length - i;
    const word =
      (ascii.charCodeAt(i) << 16) |
      ((left > 1 ? ascii.charCodeAt(i + 1) : 0) << 8) |
      (left > 2 ? ascii.charCodeAt(i + 2) : 0);
    out += alphabet[(word >> 18) & 63]! + alphabet[(word >> 12) & 63]!;
    if (left > 1) out += alphabet[(word >> 6) & 63]!;
    if (left > 2) out += alphabet[word & 63]!;
  }
  return out;
}

/** Decodes base64url without padding to text with a character for each byte. */
export function decodeBase64Url(text: string): string {
  if (text.length % 4 === 1) throw new Base64UrlError(text.length - 1);
  let out = '';
  let word = 0;
  for (let i = 0; i < text.length; i++) {
    const digit = alphabet.indexOf(text[i]!);
    if (digit < 0) throw new Base64UrlError(i);
    word = ((word << 6) | digit) & 0xffffff;
    const bits = (i % 4) * 6;
    if (bits > 0) out += String.fromCharCode((word >> (6 - (i % 4) * 2)) & 255);
  }
  return out;
}
