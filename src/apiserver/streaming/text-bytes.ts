import type { ByteSource } from '../core-contract.ts';

/** A text as UTF-8. */
export function encodeText(text: string): Uint8Array {
  const escaped = encodeURIComponent(text);
  const bytes: number[] = [];
  for (let i = 0; i < escaped.length; i++) {
    if (escaped[i] !== '%') bytes.push(escaped.charCodeAt(i));
    else {
      bytes.push(Number.parseInt(escaped.slice(i + 1, i + 3), 16));
      i += 2;
    }
  }
  return Uint8Array.from(bytes);
}

/** A source of one chunk; a text goes as UTF-8. */
export async function* once(content: string | Uint8Array): ByteSource & AsyncGenerator<Uint8Array> {
  yield typeof content === 'string' ? encodeText(content) : content;
}

/** Bytes that hold nothing but ASCII, as text; others come out as question marks. */
export function decodeAscii(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += byte < 128 ? String.fromCharCode(byte) : '?';
  return text;
}
