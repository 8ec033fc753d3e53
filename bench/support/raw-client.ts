/** An HTTP/1.1 client over one TLS connection that costs as little as it can, so that the server is what is measured. */
import { connect, type TLSSocket } from 'node:tls';

export interface RawClientOptions {
  readonly port: number;
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

const headEnd = Buffer.from('\r\n\r\n');
const lastChunk = Buffer.from('0\r\n\r\n');

export class RawClient {
  readonly #socket: TLSSocket;
  #pending: Buffer = Buffer.alloc(0);
  #status = 0;
  #bytes = 0;
  #length: number | undefined;
  #isChunked = false;
  #tail: Buffer = Buffer.alloc(0);
  #answer: ((status: number, bytes: number) => void) | undefined;
  #onChunk: ((chunk: Buffer) => void) | undefined;

  private constructor(socket: TLSSocket) {
    this.#socket = socket;
    socket.on('data', (chunk: Buffer) => {
      if (this.#onChunk !== undefined) this.#onChunk(chunk);
      else this.#take(chunk);
    });
  }

  static open(options: RawClientOptions): Promise<RawClient> {
    return new Promise((resolve, reject) => {
      const { port, ca, cert, key } = options;
      const socket = connect({
        host: '127.0.0.1',
        port,
        ca,
        cert,
        key,
        servername: 'localhost',
        ALPNProtocols: ['http/1.1'],
      });
      socket.setNoDelay(true);
      socket.once('secureConnect', () => resolve(new RawClient(socket)));
      socket.once('error', reject);
    });
  }

  /** Resolves to the status and the length of the body. */
  request(
    method: string,
    path: string,
    body?: string,
    contentType = 'application/json',
  ): Promise<{ status: number; bytes: number }> {
    const head = `${method} ${path} HTTP/1.1\r\nHost: localhost\r\n`;
    const rest =
      body === undefined
        ? '\r\n'
        : `Content-Type: ${contentType}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
    return new Promise(resolve => {
      this.#answer = (status, bytes) => resolve({ status, bytes });
      this.#socket.write(head + rest);
    });
  }

  /** Sends a request whose answer never ends, and hands over whatever arrives. */
  stream(path: string, onChunk: (chunk: Buffer) => void): void {
    this.#onChunk = onChunk;
    this.#socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
  }

  close(): void {
    this.#socket.destroy();
  }

  /** Gathers an answer: its head first, then as many bytes as that says, or chunks up to the last one. */
  #take(chunk: Buffer): void {
    if (this.#length === undefined && !this.#isChunked) this.#takeHead(chunk);
    else this.#bytes += chunk.length;
    if (this.#isChunked) {
      this.#tail =
        chunk.length >= lastChunk.length ? chunk.subarray(-5) : Buffer.concat([this.#tail, chunk]).subarray(-5);
      if (this.#tail.equals(lastChunk)) this.#finish();
    } else if (this.#length !== undefined && this.#bytes >= this.#length) this.#finish();
  }

  #takeHead(chunk: Buffer): void {
    this.#pending = this.#pending.length === 0 ? chunk : Buffer.concat([this.#pending, chunk]);
    const end = this.#pending.indexOf(headEnd);
    if (end < 0) return;
    const head = this.#pending.toString('latin1', 0, end).toLowerCase();
    this.#status = Number(head.slice(9, 12));
    this.#bytes = this.#pending.length - end - headEnd.length;
    const length = /content-length: (\d+)/.exec(head)?.[1];
    if (length !== undefined) this.#length = Number(length);
    else if (head.includes('transfer-encoding: chunked')) this.#isChunked = true;
    else throw new Error(`cannot tell where the answer ends:\n${head}`);
    this.#pending = Buffer.alloc(0);
  }

  #finish(): void {
    const answer = this.#answer!;
    const [status, bytes] = [this.#status, this.#bytes];
    this.#answer = undefined;
    this.#length = undefined;
    this.#isChunked = false;
    this.#tail = Buffer.alloc(0);
    answer(status, bytes);
  }
}
