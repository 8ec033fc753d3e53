import { type ClientHttp2Session, type ClientHttp2Stream, constants, type IncomingHttpHeaders } from 'node:http2';
import type { ByteSource } from '../../apiserver/index.ts';
import type { BackendRequest, BackendResponse } from '../../apiserver/proxy/index.ts';
import { sendBody } from './send-body.ts';

const idleMsMax = 90_000;
/** Go's: how many requests at once a backend is thought to take that has not said so yet. */
const streamsMaxDefault = 100;

/** One HTTP/2 connection to a backend. */
export class Http2Connection {
  readonly #session: ClientHttp2Session;
  #openStreams = 0;

  /** `onEnd`: no more requests may be sent. */
  constructor(session: ClientHttp2Session, onEnd: () => void) {
    this.#session = session;
    session.on('goaway', onEnd);
    session.on('close', onEnd);
    session.on('error', onEnd);
    session.setTimeout(idleMsMax, () => {
      if (this.#openStreams === 0) session.close();
    });
  }

  /** Neither ended nor full: a request more than the backend takes at once would wait for the end of another. */
  get isUsable(): boolean {
    const { closed, destroyed, remoteSettings } = this.#session;
    const streamsMax = Math.max(1, remoteSettings.maxConcurrentStreams ?? streamsMaxDefault);
    return !closed && !destroyed && this.#openStreams < streamsMax;
  }

  /** Rejects with Node's error when the backend breaks off before it has answered. */
  send({ method, target, headers, body, signal }: BackendRequest): Promise<BackendResponse> {
    const { host, ...others } = headers;
    const stream = this.#session.request(
      { ...(others as Record<string, string | string[]>), ...pseudoHeaders(method, target, host) },
      { endStream: body === undefined },
    );
    this.#openStreams++;
    stream.once('close', () => this.#openStreams--);
    return new Promise((resolve, reject) => {
      const abort = (): void => {
        stream.close(constants.NGHTTP2_CANCEL);
        reject(new Error('context canceled'));
      };
      if (signal?.aborted === true) abort();
      signal?.addEventListener('abort', abort, { once: true });
      stream.once('close', () => {
        signal?.removeEventListener('abort', abort);
        reject(brokenOff(stream));
      });
      stream.on('error', reject);
      stream.on('response', received => resolve({ ...headOf(received), body: readStream(stream) }));
      if (body !== undefined) sendBody(stream, body);
    });
  }

  /** Lets what is under way finish. */
  close(): void {
    this.#session.close();
  }

  destroy(): void {
    this.#session.destroy();
  }
}

function pseudoHeaders(
  method: string,
  target: string,
  host: BackendRequest['headers'][string],
): Record<string, string> {
  return { ':method': method, ':path': target, ':scheme': 'https', ':authority': [host].flat()[0] ?? '' };
}

function headOf(
  received: IncomingHttpHeaders & { readonly ':status'?: number | undefined },
): Omit<BackendResponse, 'body'> {
  const headers: Record<string, string | readonly string[]> = {};
  for (const [name, value] of Object.entries(received)) {
    if (!name.startsWith(':') && value !== undefined) headers[name] = value as string | string[];
  }
  return { status: received[':status'] ?? 0, headers };
}

/** A stream that its server resets may end like a complete one. */
async function* readStream(stream: ClientHttp2Stream): ByteSource & AsyncGenerator<Uint8Array> {
  for await (const chunk of stream) yield chunk as Buffer;
  if (stream.rstCode !== constants.NGHTTP2_NO_ERROR) throw brokenOff(stream);
}

function brokenOff({ id, rstCode = 0 }: ClientHttp2Stream): Error {
  return rstCode === constants.NGHTTP2_NO_ERROR
    ? new Error('EOF')
    : new Error(`stream error: stream ID ${id}; ${rstCode}`);
}
