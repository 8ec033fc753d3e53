import type { ClientRequest, IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { promisify } from 'node:util';
import { deflateRaw, gunzip, gzip, inflateRaw } from 'node:zlib';
import type { ByteSource } from '../../apiserver/index.ts';
import {
  type BackendRequest,
  type BackendResponse,
  type BodyEncoding,
  isHopByHop,
  type ReverseProxy,
  type UpgradeOutcome,
} from '../../apiserver/proxy/index.ts';
import type { AbortSignalLike } from '../../world/index.ts';
import { loadHttp } from '../load-http.ts';
import { describeOutboundFailure } from '../outbound/outbound-failure.ts';
import { Agents } from './agents.ts';
import { limitConnecting } from './connect-deadlines.ts';
import { Http2Backends } from './http2-backends.ts';
import { sendBody } from './send-body.ts';
import { toByteDuplex } from './socket-duplex.ts';

const decoders = { gzip: promisify(gunzip), deflate: promisify(inflateRaw) };
const encoders = { gzip: promisify(gzip), deflate: promisify(deflateRaw) };

/** Node's HTTP client as the server's way to backends. */
export class NodeReverseProxy implements ReverseProxy {
  readonly #agents = new Agents();
  readonly #http2 = new Http2Backends();

  async send(request: BackendRequest): Promise<BackendResponse> {
    if (request.backend.scheme === 'http') return this.#sendHttp1(request);
    try {
      for (;;) {
        const connection = await unlessAborted(this.#http2.connect(request.backend), request.signal);
        if (connection === undefined) break;
        // Others may have filled it by now.
        if (connection.isUsable) return await connection.send(request);
      }
    } catch (error) {
      throw describe(error as Error, request);
    }
    return this.#sendHttp1(request);
  }

  async #sendHttp1(request: BackendRequest): Promise<BackendResponse> {
    for (;;) {
      const outgoing = this.#start(request);
      try {
        const incoming = await answerTo(outgoing, request);
        return { ...headOf(incoming), body: incoming };
      } catch (error) {
        if (!canTryAgain(outgoing, request, error as Error)) throw describe(error as Error, request);
      }
    }
  }

  upgrade(request: BackendRequest): Promise<UpgradeOutcome> {
    const outgoing = this.#start(request, true);
    return new Promise((resolve, reject) => {
      outgoing.on('upgrade', (incoming: IncomingMessage, socket: Duplex, head: Buffer) => {
        if (head.length > 0) socket.unshift(head);
        resolve({ kind: 'switched', response: headOf(incoming), connection: toByteDuplex(socket) });
      });
      outgoing.on('response', incoming => {
        resolve({ kind: 'answered', response: { ...headOf(incoming), body: incoming } });
      });
      outgoing.on('error', error => reject(describe(error, request)));
      outgoing.end();
    });
  }

  async readText(body: ByteSource, encoding: BodyEncoding): Promise<string> {
    const chunks: Uint8Array[] = [];
    for await (const chunk of body) chunks.push(chunk);
    const bytes = Buffer.concat(chunks);
    if (encoding === '' || bytes.length === 0) return bytes.toString('utf8');
    return (await decoders[encoding](bytes)).toString('utf8');
  }

  async *streamText(body: ByteSource): AsyncGenerator<string> {
    const decoder = new TextDecoder();
    for await (const chunk of body) yield decoder.decode(chunk, { stream: true });
  }

  async encodeText(text: string, encoding: BodyEncoding): Promise<Uint8Array> {
    const bytes = Buffer.from(text, 'utf8');
    return encoding === '' ? bytes : encoders[encoding](bytes);
  }

  /** Gives up all connections. */
  close(): void {
    this.#agents.close();
    this.#http2.close();
  }

  #start({ backend, method, target, headers }: BackendRequest, isUpgrade = false): ClientRequest {
    const { request } = backend.scheme === 'http' ? loadHttp() : process.getBuiltinModule('node:https');
    const outgoing = request({
      ...this.#agents.optionsFor(backend),
      // What becomes another protocol is nobody else's connection afterwards.
      ...(isUpgrade ? { agent: false } : {}),
      method,
      path: target,
      headers: withoutAbsent(headers),
      setHost: false,
    });
    outgoing.once('socket', socket => limitConnecting(socket, backend, error => outgoing.destroy(error)));
    return outgoing;
  }
}

/** What others wait for too goes on; whoever has given up does not wait for it. */
function unlessAborted<T>(work: Promise<T>, signal: AbortSignalLike | undefined): Promise<T> {
  if (signal === undefined) return work;
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(new Error('context canceled'));
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}

function answerTo(outgoing: ClientRequest, { body, signal }: BackendRequest): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const abort = (): void => void outgoing.destroy(new Error('context canceled'));
    if (signal?.aborted === true) abort();
    signal?.addEventListener('abort', abort, { once: true });
    outgoing.once('close', () => signal?.removeEventListener('abort', abort));
    outgoing.on('error', reject);
    outgoing.on('response', incoming => {
      // A page that breaks off in the middle fails its reader; nobody else is told.
      incoming.on('error', () => outgoing.destroy());
      resolve(incoming);
    });
    sendBody(outgoing, body);
  });
}

/** A backend may give up a kept connection just when we begin to use it: it has not seen the request then. */
function canTryAgain(outgoing: ClientRequest, { body, signal }: BackendRequest, error: Error): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return outgoing.reusedSocket && body === undefined && signal?.aborted !== true && code === 'ECONNRESET';
}

function describe(error: Error, { backend }: BackendRequest): Error {
  if (error.message === 'context canceled') return error;
  const connect = { host: backend.host, port: backend.port };
  return describeOutboundFailure(error, { serverName: backend.serverName ?? backend.host, connect });
}

function headOf(incoming: IncomingMessage): Omit<BackendResponse, 'body'> {
  const headers: Record<string, string | readonly string[]> = {};
  const isSwitching = incoming.statusCode === 101;
  for (const [name, values = []] of Object.entries(incoming.headersDistinct)) {
    if (isSwitching || !isHopByHop(name)) headers[name] = values.length === 1 ? values[0]! : values;
  }
  return { status: incoming.statusCode ?? 0, headers };
}

function withoutAbsent(headers: BackendRequest['headers']): Record<string, string | string[]> {
  const present: Record<string, string | string[]> = {};
  for (const name in headers) {
    const value = headers[name];
    if (value !== undefined) present[name] = value as string | string[];
  }
  return present;
}
