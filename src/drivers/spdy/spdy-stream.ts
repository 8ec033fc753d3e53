import type { ByteDuplex, ByteSink, ByteSource } from '../../node/runtime/index.ts';
import { ChunkQueue } from './chunk-queue.ts';
import type { SpdyHeaders } from './header-block.ts';

/** `ended`: both sides finished. `reset`: one side gave up. `disconnected`: the connection went away. */
export type SpdyStreamEnd = 'ended' | 'reset' | 'disconnected';

/** What a stream needs of its connection. */
export interface StreamWire {
  sendData(streamId: number, data: Uint8Array, isLast: boolean): Promise<void>;
  sendReset(streamId: number): void;
  onBuffered(bytes: number): void;
  onClosed(streamId: number): void;
}

/** One of the two-way streams that share a connection. */
export class SpdyStream implements ByteDuplex {
  readonly id: number;
  /** Those that opened it, with lower-case names. */
  readonly headers: SpdyHeaders;
  readonly source: ByteSource;
  readonly sink: ByteSink;
  readonly closed: Promise<SpdyStreamEnd>;
  readonly #wire: StreamWire;
  readonly #incoming: ChunkQueue;
  #resolveClosed: (end: SpdyStreamEnd) => void = () => {};
  #hasLocalEnded = false;
  #hasRemoteEnded = false;
  #isClosed = false;

  constructor(id: number, headers: SpdyHeaders, wire: StreamWire) {
    this.id = id;
    this.headers = headers;
    this.#wire = wire;
    this.#incoming = new ChunkQueue(bytes => wire.onBuffered(bytes));
    this.source = this.#incoming.read();
    this.closed = new Promise(resolve => {
      this.#resolveClosed = resolve;
    });
    this.sink = { write: chunk => this.#write(chunk), end: () => this.#end() };
  }

  /** Gives the stream up in both directions. */
  close(): void {
    if (this.#isClosed) return;
    this.#wire.sendReset(this.id);
    this.#incoming.discard();
    this.#finish('reset');
  }

  /** For the connection: data arrived. */
  receive(data: Uint8Array, isLast: boolean): void {
    if (this.#hasRemoteEnded) return;
    this.#incoming.push(data);
    if (isLast) this.endRemote();
  }

  /** For the connection: the other side will send no more. */
  endRemote(): void {
    this.#hasRemoteEnded = true;
    this.#incoming.end();
    if (this.#hasLocalEnded) this.#finish('ended');
  }

  /** For the connection: the other side gave up, or is gone. What it sent can still be read. */
  abandon(end: SpdyStreamEnd): void {
    this.#incoming.end();
    this.#finish(end);
  }

  async #write(chunk: Uint8Array): Promise<void> {
    if (this.#hasLocalEnded) throw new Error('spdy: write after end');
    if (this.#isClosed) throw new Error('spdy: stream is closed');
    if (chunk.length > 0) await this.#wire.sendData(this.id, chunk, false);
  }

  async #end(): Promise<void> {
    if (this.#hasLocalEnded || this.#isClosed) return;
    this.#hasLocalEnded = true;
    const sent = this.#wire.sendData(this.id, new Uint8Array(0), true);
    if (this.#hasRemoteEnded) this.#finish('ended');
    await sent;
  }

  #finish(end: SpdyStreamEnd): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#resolveClosed(end);
    this.#wire.onClosed(this.id);
  }
}
