import { decodeBase64, encodeBase64 } from '../protobuf/base64.ts';

export interface PemBlock {
  /** `CERTIFICATE REQUEST` */
  readonly label: string;
  readonly hasHeaders: boolean;
  readonly bytes: Uint8Array;
}

const begin = '-----BEGIN ';
const end = '-----END ';
const dashes = '-----';
const base64Pattern = /^[A-Za-z0-9+/]*={0,2}$/;

/**
 * The blocks of a text, as Go's `pem.Decode` finds them: what stands between them and what is malformed is passed over.
 * Reads each character a fixed number of times, because the text comes from strangers.
 */
export function parsePem(text: string): readonly PemBlock[] {
  const blocks: PemBlock[] = [];
  const lines = text.split('\n').map(line => line.trimEnd());
  let opened: { readonly label: string; readonly at: number } | undefined;
  for (const [at, line] of lines.entries()) {
    const label = labelOf(line, begin);
    if (label !== undefined) opened = { label, at };
    else if (opened !== undefined && labelOf(line, end) === opened.label) {
      const block = readBlock(opened.label, lines.slice(opened.at + 1, at));
      if (block !== undefined) blocks.push(block);
      opened = undefined;
    }
  }
  return blocks;
}

function labelOf(line: string, mark: string): string | undefined {
  if (!line.startsWith(mark) || !line.endsWith(dashes)) return undefined;
  return line.slice(mark.length, -dashes.length);
}

function readBlock(label: string, lines: readonly string[]): PemBlock | undefined {
  const packed = lines.filter(line => !line.includes(':')).join('');
  if (packed.length % 4 !== 0 || !base64Pattern.test(packed)) return undefined;
  return { label, hasHeaders: lines.some(line => line.includes(':')), bytes: decodeBase64(packed) };
}

export function formatPem(label: string, bytes: Uint8Array): string {
  const lines = encodeBase64(bytes).match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
}
