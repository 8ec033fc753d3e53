import { constants, inflateRawSync } from 'node:zlib';
import { createHeaderDictionary } from './header-dictionary.ts';

/** Lower-case names to values; SPDY's NUL-separated lists stay as they are. */
export type SpdyHeaders = Readonly<Record<string, string>>;

/** Memory that a peer's header block may take when inflated. */
const blockBytesMax = 256 * 1024;
/** How far deflate looks back. */
const windowBytes = 32 * 1024;
const deflateMethod = 8;
const hasDictionaryBit = 0x20;
/** An empty stored block, as a flush writes it; Go's reader hands nothing on before it has seen one. */
const flushMarker = Buffer.from([0, 0, 0, 0xff, 0xff]);

/**
 * Reads the header blocks of one direction of a connection. They form one zlib stream, but every block ends with a
 * flush to a byte boundary: all that one block inherits is the text before it. So each is inflated on its own, with
 * that text as its dictionary, without an asynchronous zlib stream between the frames.
 */
export class HeaderReader {
  #window = createHeaderDictionary();
  #isFirst = true;

  read(block: Buffer): SpdyHeaders {
    const text = inflateRawSync(this.#isFirst ? withoutStreamHeader(block) : block, {
      dictionary: this.#window,
      finishFlush: constants.Z_SYNC_FLUSH,
      maxOutputLength: blockBytesMax,
    });
    this.#isFirst = false;
    this.#window = Buffer.concat([this.#window, text]).subarray(-windowBytes);
    return parseHeaders(text);
  }
}

function withoutStreamHeader(block: Buffer): Buffer {
  const flags = block[1];
  if (flags === undefined || (block[0]! & 15) !== deflateMethod) throw new Error('spdy: headers are not compressed');
  return block.subarray((flags & hasDictionaryBit) === 0 ? 2 : 6);
}

function parseHeaders(text: Buffer): SpdyHeaders {
  const headers: Record<string, string> = Object.create(null);
  let position = 4;
  const take = (): string => {
    const end = position + 4 + text.readUInt32BE(position);
    if (end > text.length) throw new Error('spdy: header block ends early');
    const part = text.toString('utf8', position + 4, end);
    position = end;
    return part;
  };
  for (let count = text.readUInt32BE(0); count > 0; count--) {
    const name = take();
    headers[name] = take();
  }
  return headers;
}

/**
 * Writes the header blocks of one direction. Blocks are stored, not compressed: headers here are a hundred bytes, and
 * a stored block needs no state.
 */
export class HeaderWriter {
  #isFirst = true;

  write(headers: SpdyHeaders): Buffer {
    const text = formatHeaders(headers);
    const parts: Buffer[] = this.#isFirst ? [Buffer.from([0x78, 0x01])] : [];
    this.#isFirst = false;
    for (let start = 0; start < text.length; start += 0xffff) {
      const chunk = text.subarray(start, start + 0xffff);
      const head = Buffer.alloc(5);
      head.writeUInt16LE(chunk.length, 1);
      head.writeUInt16LE(~chunk.length & 0xffff, 3);
      parts.push(head, chunk);
    }
    return Buffer.concat([...parts, flushMarker]);
  }
}

function formatHeaders(headers: SpdyHeaders): Buffer {
  const names = Object.keys(headers);
  const parts: Buffer[] = [uint32(names.length)];
  for (const name of names) {
    for (const text of [name.toLowerCase(), headers[name]!]) {
      const encoded = Buffer.from(text);
      parts.push(uint32(encoded.length), encoded);
    }
  }
  return Buffer.concat(parts);
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
