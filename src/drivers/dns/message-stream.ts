/** Cuts what comes over TCP into messages: each has its length in two bytes before it. */
export class MessageStream {
  #rest: Buffer = Buffer.alloc(0);

  /** The messages that are complete with this chunk. */
  *take(chunk: Buffer): Generator<Uint8Array> {
    let bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    while (bytes.length >= 2) {
      const end = 2 + bytes.readUInt16BE(0);
      if (bytes.length < end) break;
      yield bytes.subarray(2, end);
      bytes = bytes.subarray(end);
    }
    this.#rest = bytes;
  }
}

/** A message as it goes over TCP. */
export function frameMessage(message: Uint8Array): Buffer {
  const framed = Buffer.allocUnsafe(message.length + 2);
  framed.writeUInt16BE(message.length, 0);
  framed.set(message, 2);
  return framed;
}
