import type { IncomingMessage, ServerResponse } from 'node:http';
import type { TLSSocket } from 'node:tls';
import {
  type ApiHandler,
  type HttpHeaders,
  type HttpRequest,
  type HttpResponse,
  refuseLargeBody,
  respondStatus,
} from '../../apiserver/http/index.ts';
import { readBody } from './body-reader.ts';
import { readClientCertificate } from './client-certificate.ts';
import { type OpenStreams, type OutgoingHeaders, type ResponseSide, writeResponse } from './exchange.ts';
import type { FrameTarget } from './frame-writer.ts';
import { RequestSignal } from './request-signal.ts';

/** One request and its response over HTTP/1.1. */
export function serveHttp1(
  handler: ApiHandler,
  streams: OpenStreams,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): void {
  const answer = (body: string | Uint8Array | undefined): void => {
    void handler
      .handle(toHttpRequest(incoming, body, outgoing))
      .then(response => writeResponse(response, new Http1Side(incoming, outgoing), streams));
  };
  if (!hasBody(incoming)) {
    answer(undefined);
    return;
  }
  if (handler.isPassedOn(incoming.url ?? '/')) {
    void passOn(handler, streams, incoming, outgoing);
    return;
  }
  readBody(
    incoming,
    incoming.headers['content-type'],
    () => !incoming.complete,
    outcome => {
      if (outcome.kind === 'complete') answer(outcome.body);
      else if (outcome.kind === 'tooLarge') refuse(respondStatus(refuseLargeBody()), incoming, outgoing, streams);
      else outgoing.destroy();
    },
  );
}

/** The abstract request; also for requests to upgrade, which have no response of their own. */
export function toHttpRequest(
  incoming: IncomingMessage,
  body: string | Uint8Array | undefined,
  outgoing?: ServerResponse,
): HttpRequest {
  const url = incoming.url ?? '/';
  const mark = url.indexOf('?');
  return {
    method: incoming.method ?? 'GET',
    path: mark < 0 ? url : url.slice(0, mark),
    query: mark < 0 ? '' : url.slice(mark + 1),
    headers: incoming.headers as HttpHeaders,
    body,
    sourceAddress: incoming.socket.remoteAddress,
    clientCertificate: readClientCertificate(incoming.socket as TLSSocket),
    signal: outgoing === undefined ? undefined : new RequestSignal(outgoing),
  };
}

/** Answers while the body is still coming; what nobody has read by the end is read and dropped. */
async function passOn(
  handler: ApiHandler,
  streams: OpenStreams,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  const bodySource = incoming.iterator({ destroyOnReturn: false });
  const response = await handler.handle({ ...toHttpRequest(incoming, undefined, outgoing), bodySource });
  await writeResponse(response, new Http1Side(incoming, outgoing), streams);
  incoming.resume();
}

function hasBody(incoming: IncomingMessage): boolean {
  const { headers } = incoming;
  const length = headers['content-length'];
  return headers['transfer-encoding'] !== undefined || (length !== undefined && length !== '0');
}

/** Answers without reading what is still to come, and ends the connection, which is full of it. */
function refuse(
  response: HttpResponse,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  streams: OpenStreams,
): void {
  incoming.resume();
  const headers = { ...response.headers, connection: 'close' };
  void writeResponse({ ...response, headers }, new Http1Side(incoming, outgoing), streams);
}

class Http1Side implements ResponseSide {
  readonly out: ServerResponse;
  readonly acceptsGzip: boolean;

  constructor(incoming: IncomingMessage, outgoing: ServerResponse) {
    this.out = outgoing;
    this.acceptsGzip = acceptsGzip(incoming.headers['accept-encoding']);
  }

  begin(status: number, headers: OutgoingHeaders): void {
    this.out.writeHead(status, headers);
    this.out.flushHeaders();
  }

  sendWhole(status: number, headers: OutgoingHeaders, body: string | Uint8Array): void {
    headers['content-length'] = Buffer.byteLength(body);
    this.out.writeHead(status, headers);
    // Warnings are bytes: ahead of a text Node would write headers as UTF-8, and theirs once more.
    this.out.end(headers['warning'] === undefined ? body : Buffer.from(body));
  }

  /**
   * Chunks go straight to the socket, encoded once for all watchers: the response's own way costs several writes and an
   * encoding each. Nothing else uses the connection until the response has ended.
   */
  frameTarget(): FrameTarget {
    const { out } = this;
    const { socket } = out;
    if (socket === null || !out.chunkedEncoding) return { out, isChunked: false, end: () => out.end() };
    return { out: socket, isChunked: true, end: () => out.end() };
  }

  abandon(): void {
    this.out.destroy();
  }
}

export function acceptsGzip(header: string | string[] | undefined): boolean {
  return header?.includes('gzip') === true;
}
