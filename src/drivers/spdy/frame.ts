/** SPDY/3 framing: an 8-byte head, then up to 16 MiB. */

export const frameType = {
  synStream: 1,
  synReply: 2,
  rstStream: 3,
  settings: 4,
  ping: 6,
  goAway: 7,
  headers: 8,
  windowUpdate: 9,
} as const;

export const flagFin = 1;

export type Frame =
  | { readonly isControl: true; readonly type: number; readonly flags: number; readonly body: Buffer }
  | { readonly isControl: false; readonly streamId: number; readonly flags: number; readonly body: Buffer };

const headBytes = 8;
const version = 3;

export function controlFrame(type: number, flags: number, body: Buffer): Buffer {
  const frame = Buffer.allocUnsafe(headBytes + body.length);
  frame.writeUInt16BE(0x8000 | version, 0);
  frame.writeUInt16BE(type, 2);
  frame.writeUInt32BE(flags * 0x1000000 + body.length, 4);
  body.copy(frame, headBytes);
  return frame;
}

/** The head of a data frame; the data follow as they are, uncopied. */
export function dataFrameHead(streamId: number, flags: number, length: number): Buffer {
  const head = Buffer.allocUnsafe(headBytes);
  head.writeUInt32BE(streamId, 0);
  head.writeUInt32BE(flags * 0x1000000 + length, 4);
  return head;
}

/** Cuts bytes as they come into frames. */
export class FrameParser {
  #parts: Buffer[] = [];
  #length = 0;

  /** The frames that `chunk` completes. */
  push(chunk: Buffer): Frame[] {
    this.#parts.push(chunk);
    this.#length += chunk.length;
    const frames: Frame[] = [];
    for (;;) {
      if (this.#length < headBytes) return frames;
      const head = this.#peekHead();
      const bodyBytes = head.readUInt32BE(4) & 0xffffff;
      if (this.#length < headBytes + bodyBytes) return frames;
      frames.push(parseFrame(this.#take(headBytes + bodyBytes)));
    }
  }

  #peekHead(): Buffer {
    if (this.#parts[0]!.length < headBytes) this.#parts = [Buffer.concat(this.#parts)];
    return this.#parts[0]!;
  }

  #take(count: number): Buffer {
    if (this.#parts[0]!.length < count) this.#parts = [Buffer.concat(this.#parts)];
    const first = this.#parts[0]!;
    this.#length -= count;
    if (first.length === count) this.#parts.shift();
    else this.#parts[0] = first.subarray(count);
    return first.subarray(0, count);
  }
}

function parseFrame(frame: Buffer): Frame {
  const flags = frame[4]!;
  const body = frame.subarray(headBytes);
  const word = frame.readUInt32BE(0);
  if (word < 0x80000000) return { isControl: false, streamId: word, flags, body };
  const spoken = (word >>> 16) & 0x7fff;
  if (spoken !== version) throw new Error(`spdy: version ${spoken} instead of ${version}`);
  return { isControl: true, type: word & 0xffff, flags, body };
}
