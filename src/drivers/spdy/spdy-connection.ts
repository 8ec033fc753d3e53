import type { Duplex } from 'node:stream';
import { controlFrame, dataFrameHead, type Frame, FrameParser, flagFin, frameType } from './frame.ts';
import { HeaderReader, HeaderWriter, type SpdyHeaders } from './header-block.ts';
import { SpdyStream, type StreamWire } from './spdy-stream.ts';

export interface SpdyConnectionOptions {
  /** Clients open odd streams, servers even ones. */
  readonly role: 'client' | 'server';
  /** Called for every stream that the other side opens, once it is accepted. Without it they are refused. */
  readonly onStream?: (stream: SpdyStream) => void;
  /** Whether to accept a stream with these headers; default all. */
  readonly accepts?: (headers: SpdyHeaders) => boolean;
}

const dataBytesMax = 0xffffff;
/** Unread bytes over all streams beyond which the connection is not read from. */
const bufferedBytesMax = 1 << 20;
const statusProtocolError = 1;
const statusInvalidStream = 2;
const statusRefusedStream = 3;
const statusCancel = 5;

/**
 * SPDY/3.1 over any byte stream, in either role: what kubectl before 1.30 and containerd's streaming server speak.
 *
 * Differs from SPDY/3.1: no flow control, as in the Go implementation that everybody uses (moby/spdystream). A stream
 * that nobody reads therefore holds up the whole connection once its backlog is large.
 */
export class SpdyConnection {
  /** Resolves when the connection has ended, with the reason if it broke. Never rejects. */
  readonly closed: Promise<Error | undefined>;
  readonly #duplex: Duplex;
  readonly #options: SpdyConnectionOptions;
  readonly #parser = new FrameParser();
  readonly #headerReader = new HeaderReader();
  readonly #headerWriter = new HeaderWriter();
  readonly #streams = new Map<number, SpdyStream>();
  readonly #replies = new Map<number, (wasAccepted: boolean) => void>();
  readonly #pings = new Map<number, () => void>();
  readonly #wire: StreamWire;
  #nextStreamId: number;
  #nextPingId: number;
  #lastAcceptedId = 0;
  #bufferedBytes = 0;
  #isClosed = false;
  #isFinishing = false;
  #resolveClosed: (error: Error | undefined) => void = () => {};

  /** `head`: bytes that arrived with the upgrade already. */
  constructor(duplex: Duplex, options: SpdyConnectionOptions, head?: Uint8Array) {
    this.#duplex = duplex;
    this.#options = options;
    this.#nextStreamId = options.role === 'client' ? 1 : 2;
    this.#nextPingId = this.#nextStreamId;
    this.#wire = {
      sendData: (streamId, data, isLast) => this.#sendData(streamId, data, isLast),
      sendReset: streamId => this.#sendReset(streamId, statusCancel),
      onBuffered: bytes => this.#trackBuffered(bytes),
      onClosed: streamId => this.#forget(streamId),
    };
    this.closed = new Promise(resolve => {
      this.#resolveClosed = resolve;
    });
    duplex.on('data', (chunk: Buffer) => this.#receive(chunk));
    duplex.on('end', () => {
      // A half-open socket, as http servers have, would stay.
      duplex.end();
      this.#shutDown(undefined);
    });
    duplex.on('close', () => this.#shutDown(undefined));
    duplex.on('error', error => this.#shutDown(error));
    if (head !== undefined && head.length > 0) duplex.unshift(Buffer.from(head));
  }

  /** Opens a stream; resolves when the other side has accepted it and rejects when it refuses. */
  async open(headers: SpdyHeaders): Promise<SpdyStream> {
    if (this.#isClosed) throw new Error('spdy: connection is closed');
    const id = this.#nextStreamId;
    this.#nextStreamId += 2;
    const stream = new SpdyStream(id, headers, this.#wire);
    this.#streams.set(id, stream);
    const accepted = new Promise<boolean>(resolve => this.#replies.set(id, resolve));
    const start = Buffer.alloc(10);
    start.writeUInt32BE(id, 0);
    this.#send(controlFrame(frameType.synStream, 0, Buffer.concat([start, this.#headerWriter.write(headers)])));
    if (!(await accepted)) throw new Error(`spdy: the peer did not accept stream ${id}`);
    return stream;
  }

  /** Resolves when the other side has answered. */
  ping(): Promise<void> {
    const id = this.#nextPingId;
    this.#nextPingId += 2;
    return new Promise((resolve, reject) => {
      if (this.#isClosed) {
        reject(new Error('spdy: connection is closed'));
        return;
      }
      this.#pings.set(id, resolve);
      this.#send(controlFrame(frameType.ping, 0, uint32s(id)));
    });
  }

  /** Says goodbye, sends what is queued, then ends. Streams that are open end as disconnected. */
  close(): void {
    if (this.#isClosed) return;
    this.#send(controlFrame(frameType.goAway, 0, uint32s(this.#lastAcceptedId, 0)));
    this.#duplex.end();
    this.#shutDown(undefined);
  }

  /** Lets the open streams end by themselves, then closes. */
  closeWhenIdle(): void {
    this.#isFinishing = true;
    if (this.#streams.size === 0) this.close();
  }

  #receive(chunk: Buffer): void {
    if (this.#isClosed) return;
    try {
      for (const frame of this.#parser.push(chunk)) this.#dispatch(frame);
    } catch (error) {
      this.#fail(error as Error);
    }
  }

  #dispatch(frame: Frame): void {
    if (!frame.isControl) this.#receiveData(frame.streamId, frame.flags, frame.body);
    else if (frame.type === frameType.synStream) this.#acceptStream(frame.flags, frame.body);
    else if (frame.type === frameType.synReply) this.#receiveReply(frame.flags, frame.body);
    else if (frame.type === frameType.rstStream) this.#receiveReset(frame.body.readUInt32BE(0));
    else if (frame.type === frameType.ping) this.#receivePing(frame.body.readUInt32BE(0));
    else if (frame.type === frameType.headers) this.#receiveHeaders(frame.flags, frame.body);
    else if (frame.type === frameType.goAway) this.#isFinishing = true;
    // Settings, window updates and what later drafts added say nothing to an endpoint without flow control.
  }

  #acceptStream(flags: number, body: Buffer): void {
    const id = body.readUInt32BE(0) & 0x7fffffff;
    // Read even for a stream that is refused: the header compression's window moves on with every block.
    const headers = this.#headerReader.read(body.subarray(10));
    const isOurs = id % 2 === (this.#options.role === 'client' ? 1 : 0);
    if (isOurs || id <= this.#lastAcceptedId) throw new Error(`spdy: unexpected stream ${id}`);
    this.#lastAcceptedId = id;
    const { onStream, accepts = () => true } = this.#options;
    if (onStream === undefined || this.#isFinishing || !accepts(headers)) {
      this.#sendReset(id, statusRefusedStream);
      return;
    }
    const stream = new SpdyStream(id, headers, this.#wire);
    this.#streams.set(id, stream);
    this.#send(controlFrame(frameType.synReply, 0, Buffer.concat([uint32s(id), this.#headerWriter.write({})])));
    onStream(stream);
    if ((flags & flagFin) !== 0) stream.endRemote();
  }

  #receiveReply(flags: number, body: Buffer): void {
    const id = body.readUInt32BE(0);
    this.#headerReader.read(body.subarray(4));
    this.#settleReply(id, true);
    if ((flags & flagFin) !== 0) this.#streams.get(id)?.endRemote();
  }

  #receiveHeaders(flags: number, body: Buffer): void {
    this.#headerReader.read(body.subarray(4));
    if ((flags & flagFin) !== 0) this.#streams.get(body.readUInt32BE(0))?.endRemote();
  }

  #receiveData(streamId: number, flags: number, data: Buffer): void {
    const stream = this.#streams.get(streamId);
    if (stream !== undefined) stream.receive(data, (flags & flagFin) !== 0);
    // Data of a stream that we have just closed is on its way; one that never was is a mistake.
    else if (streamId >= this.#nextStreamId && streamId > this.#lastAcceptedId) {
      this.#sendReset(streamId, statusInvalidStream);
    }
  }

  #receiveReset(streamId: number): void {
    this.#streams.get(streamId)?.abandon('reset');
    this.#settleReply(streamId, false);
  }

  #receivePing(id: number): void {
    const isOurs = id % 2 === this.#nextPingId % 2;
    if (isOurs) {
      this.#pings.get(id)?.();
      this.#pings.delete(id);
    } else this.#send(controlFrame(frameType.ping, 0, uint32s(id)));
  }

  #settleReply(streamId: number, wasAccepted: boolean): void {
    this.#replies.get(streamId)?.(wasAccepted);
    this.#replies.delete(streamId);
  }

  #forget(streamId: number): void {
    this.#streams.delete(streamId);
    if (this.#isFinishing && this.#streams.size === 0) this.close();
  }

  /** Resolves when the peer's side of the pipe takes more. */
  async #sendData(streamId: number, data: Uint8Array, isLast: boolean): Promise<void> {
    if (this.#isClosed) throw new Error('spdy: connection is closed');
    for (let start = 0; start === 0 || start < data.length; start += dataBytesMax) {
      const part = data.subarray(start, start + dataBytesMax);
      const flags = isLast && start + part.length >= data.length ? flagFin : 0;
      this.#duplex.write(dataFrameHead(streamId, flags, part.length));
      const isWelcome = part.length === 0 || this.#duplex.write(part);
      if (!isWelcome) await this.#drained();
    }
  }

  async #drained(): Promise<void> {
    await new Promise<void>(resolve => {
      const onDrain = (): void => {
        this.#duplex.off('drain', onDrain);
        this.#duplex.off('close', onDrain);
        resolve();
      };
      this.#duplex.on('drain', onDrain);
      this.#duplex.on('close', onDrain);
    });
    if (this.#isClosed) throw new Error('spdy: connection is closed');
  }

  #sendReset(streamId: number, status: number): void {
    this.#send(controlFrame(frameType.rstStream, 0, uint32s(streamId, status)));
  }

  #send(frame: Buffer): void {
    if (!this.#isClosed) this.#duplex.write(frame);
  }

  #trackBuffered(bytes: number): void {
    const before = this.#bufferedBytes;
    this.#bufferedBytes += bytes;
    if (this.#isClosed) return;
    if (before <= bufferedBytesMax && this.#bufferedBytes > bufferedBytesMax) this.#duplex.pause();
    else if (before > bufferedBytesMax && this.#bufferedBytes <= bufferedBytesMax) this.#duplex.resume();
  }

  #fail(error: Error): void {
    this.#send(controlFrame(frameType.goAway, 0, uint32s(this.#lastAcceptedId, statusProtocolError)));
    this.#shutDown(error);
    this.#duplex.destroy();
  }

  #shutDown(error: Error | undefined): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    for (const stream of [...this.#streams.values()]) stream.abandon('disconnected');
    for (const settle of [...this.#replies.values()]) settle(false);
    for (const resolve of [...this.#pings.values()]) resolve();
    this.#duplex.resume();
    this.#resolveClosed(error);
  }
}

function uint32s(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4);
  values.forEach((value, i) => {
    bytes.writeUInt32BE(value, i * 4);
  });
  return bytes;
}
