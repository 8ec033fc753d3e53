import { WebSocket } from 'ws';
import type { ByteSink, ByteSource } from '../../apiserver/index.ts';
import { ChunkQueue } from '../spdy/index.ts';

/** Unread bytes beyond which the client is not read from. */
const bufferedBytesMax = 1 << 20;
/** Bytes on their way beyond which writers wait. */
const pendingBytesMax = 1 << 20;
const closeSignal = 255;

export interface ChannelProtocol {
  /** v5: a message `255, channel` ends a channel. */
  readonly hasCloseSignal: boolean;
  /** The `base64.` variants: text messages, a digit and then base64. */
  readonly isBase64: boolean;
}

/**
 * Kubernetes' way to carry several byte streams over one WebSocket: the first byte of each message names the channel
 * (`*.channel.k8s.io`).
 */
export class ChannelSocket {
  readonly #socket: WebSocket;
  readonly #protocol: ChannelProtocol;
  readonly #queues = new Map<number, ChunkQueue>();
  #bufferedBytes = 0;

  constructor(socket: WebSocket, protocol: ChannelProtocol) {
    this.#socket = socket;
    this.#protocol = protocol;
    socket.on('message', (data: Buffer, isBinary: boolean) => this.#receive(data, isBinary));
    socket.on('close', () => this.#endAll());
    socket.on('error', () => socket.terminate());
  }

  source(channel: number): ByteSource {
    const queue = new ChunkQueue(bytes => this.#trackBuffered(bytes));
    this.#queues.set(channel, queue);
    if (this.#socket.readyState !== WebSocket.OPEN) queue.end();
    return queue.read();
  }

  /** Ending a sink says nothing: the client learns of the end by the outcome and the closing connection. */
  sink(channel: number): ByteSink {
    return { write: chunk => this.#send(channel, chunk), end: async () => {} };
  }

  /** Closes when everything is sent; kubectl takes any other code than 1000 for a failure. */
  close(): void {
    this.#socket.close(1000);
  }

  #receive(data: Buffer, isBinary: boolean): void {
    const message = isBinary || !this.#protocol.isBase64 ? data : decodeBase64(data);
    const channel = message[0];
    if (channel === undefined) return;
    if (channel === closeSignal && this.#protocol.hasCloseSignal) this.#queues.get(message[1] ?? -1)?.end();
    else this.#queues.get(channel)?.push(message.subarray(1));
  }

  #send(channel: number, chunk: Uint8Array): Promise<void> {
    if (this.#socket.readyState !== WebSocket.OPEN) return Promise.reject(new Error('the client has gone away'));
    const message = this.#protocol.isBase64
      ? `${channel}${Buffer.from(chunk).toString('base64')}`
      : Buffer.concat([Buffer.from([channel]), chunk]);
    return new Promise((resolve, reject) => {
      const isRoomy = this.#socket.bufferedAmount < pendingBytesMax;
      this.#socket.send(message, error => {
        if (error) reject(error);
        else resolve();
      });
      if (isRoomy) resolve();
    });
  }

  #trackBuffered(bytes: number): void {
    const before = this.#bufferedBytes;
    this.#bufferedBytes += bytes;
    if (before <= bufferedBytesMax && this.#bufferedBytes > bufferedBytesMax) this.#socket.pause();
    else if (before > bufferedBytesMax && this.#bufferedBytes <= bufferedBytesMax) this.#socket.resume();
  }

  #endAll(): void {
    for (const queue of this.#queues.values()) queue.end();
  }
}

function decodeBase64(data: Buffer): Buffer {
  const text = data.toString('latin1');
  return Buffer.concat([Buffer.from([Number(text[0])]), Buffer.from(text.slice(1), 'base64')]);
}
