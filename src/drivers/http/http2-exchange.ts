import type { IncomingHttpHeaders, ServerHttp2Stream } from 'node:http2';
import { constants } from 'node:http2';
import type { TLSSocket } from 'node:tls';
import {
  type ApiHandler,
  type HttpHeaders,
  type HttpRequest,
  refuseLargeBody,
  respondStatus,
} from '../../apiserver/http/index.ts';
import type { ByteSource } from '../../apiserver/index.ts';
import { readBody } from './body-reader.ts';
import { readClientCertificate } from './client-certificate.ts';
import { type OpenStreams, type OutgoingHeaders, type ResponseSide, writeResponse } from './exchange.ts';
import type { FrameTarget } from './frame-writer.ts';
import { acceptsGzip } from './http1-exchange.ts';
import { RequestSignal } from './request-signal.ts';

/** One request and its response over HTTP/2. */
export function serveHttp2(
  handler: ApiHandler,
  streams: OpenStreams,
  stream: ServerHttp2Stream,
  headers: IncomingHttpHeaders,
  socket: TLSSocket,
): void {
  // A stream that its client resets errs; what there is to do about it is done on close.
  stream.on('error', () => stream.destroy());
  const side = new Http2Side(stream, headers);
  const answer = (body: string | Uint8Array | undefined): void => {
    void handler
      .handle(toHttpRequest(stream, headers, body, socket))
      .then(response => writeResponse(response, side, streams));
  };
  if (stream.readableEnded || stream.endAfterHeaders) {
    answer(undefined);
    return;
  }
  if (handler.isPassedOn(headers[':path'] ?? '/')) {
    void handler
      .handle({ ...toHttpRequest(stream, headers, undefined, socket), bodySource: untilEnd(stream) })
      .then(response => writeResponse(response, side, streams))
      .then(() => stream.resume());
    return;
  }
  const isAborted = (): boolean => stream.aborted || stream.rstCode !== constants.NGHTTP2_NO_ERROR;
  readBody(stream, headers['content-type'], isAborted, outcome => {
    if (outcome.kind === 'complete') answer(outcome.body);
    else if (outcome.kind === 'tooLarge') void writeResponse(respondStatus(refuseLargeBody()), side, streams);
    else stream.destroy();
  });
}

/** A body that its client breaks off must not end as if it were complete. */
async function* untilEnd(stream: ServerHttp2Stream): ByteSource & AsyncGenerator<Uint8Array> {
  for await (const chunk of stream.iterator({ destroyOnReturn: false })) yield chunk as Buffer;
  if (stream.aborted || stream.rstCode !== constants.NGHTTP2_NO_ERROR) throw new Error('the client has gone away');
}

function toHttpRequest(
  stream: ServerHttp2Stream,
  headers: IncomingHttpHeaders,
  body: string | Uint8Array | undefined,
  socket: TLSSocket,
): HttpRequest {
  const url = headers[':path'] ?? '/';
  const mark = url.indexOf('?');
  return {
    method: headers[':method'] ?? 'GET',
    path: mark < 0 ? url : url.slice(0, mark),
    query: mark < 0 ? '' : url.slice(mark + 1),
    headers: headers as HttpHeaders,
    body,
    sourceAddress: socket.remoteAddress,
    clientCertificate: readClientCertificate(socket),
    signal: new RequestSignal(stream),
  };
}

class Http2Side implements ResponseSide {
  readonly out: ServerHttp2Stream;
  readonly acceptsGzip: boolean;

  constructor(stream: ServerHttp2Stream, headers: IncomingHttpHeaders) {
    this.out = stream;
    this.acceptsGzip = acceptsGzip(headers['accept-encoding']);
  }

  begin(status: number, headers: OutgoingHeaders): void {
    if (this.out.destroyed || this.out.closed) return;
    headers[':status'] = status;
    this.out.respond(headers);
  }

  sendWhole(status: number, headers: OutgoingHeaders, body: string | Uint8Array): void {
    if (this.out.destroyed || this.out.closed) return;
    if (status === 304 || status === 204) {
      // Node ends such a stream by itself; ending it again resets it, which Go's client takes for a failure.
      this.begin(status, headers);
      return;
    }
    headers['content-length'] = Buffer.byteLength(body);
    this.begin(status, headers);
    if (!this.out.writableEnded) this.out.end(body);
  }

  frameTarget(): FrameTarget {
    const { out } = this;
    return { out, isChunked: false, end: () => out.end() };
  }

  abandon(): void {
    this.out.close(constants.NGHTTP2_INTERNAL_ERROR);
  }
}
