import type { Writable } from 'node:stream';
import type { FrameSource, HttpResponse } from '../../apiserver/http/index.ts';
import { compress, gzipThresholdBytes, writeBytes, writePieces } from './body-writer.ts';
import { type FrameFlusher, type FrameTarget, FrameWriter } from './frame-writer.ts';

/** Headers as Node takes them. */
export type OutgoingHeaders = Record<string, string | number | string[]>;

/** What HTTP/1.1 and HTTP/2 do differently when an answer is written. */
export interface ResponseSide {
  readonly out: Writable;
  readonly acceptsGzip: boolean;
  /** Sends status and headers. */
  begin(status: number, headers: OutgoingHeaders): void;
  /** Sends status, headers and the whole body at once. */
  sendWhole(status: number, headers: OutgoingHeaders, body: string | Uint8Array): void;
  /** After `begin`: where frames go. */
  frameTarget(): FrameTarget;
  /** Drops the connection or stream: the client must not take what it has for the whole. */
  abandon(): void;
}

/** Streams of frames that are open, so that a closing server can end them. */
export interface OpenStreams {
  readonly flusher: FrameFlusher;
  readonly sources: Set<OpenStream>;
}

export interface OpenStream {
  /** Ends the stream as if nothing more were to come. */
  end(): void;
}

/** Writes any response. Resolves when its last byte has been handed over; never rejects. */
export async function writeResponse(response: HttpResponse, side: ResponseSide, streams: OpenStreams): Promise<void> {
  const { status, body } = response;
  const headers: OutgoingHeaders = { ...(response.headers as OutgoingHeaders) };
  try {
    if (typeof body === 'string') await writeWhole(status, headers, body, side);
    else if (body.kind === 'binary') await writeWhole(status, headers, body.bytes, side);
    else if (body.kind === 'pieces') {
      if (side.acceptsGzip) headers['content-encoding'] = 'gzip';
      side.begin(status, headers);
      await writePieces(body.pieces, side.out, side.acceptsGzip);
    } else if (body.kind === 'bytes') {
      side.begin(status, headers);
      await writeBytes(body.source, side.out);
    } else {
      side.begin(status, headers);
      runFrames(body.start, side, streams);
    }
  } catch {
    // Whatever happens after the status has gone out can only be told by breaking off.
    side.abandon();
  }
}

async function writeWhole(
  status: number,
  headers: OutgoingHeaders,
  body: string | Uint8Array,
  side: ResponseSide,
): Promise<void> {
  if (!side.acceptsGzip || body.length < gzipThresholdBytes) {
    side.sendWhole(status, headers, body);
    return;
  }
  side.sendWhole(status, { ...headers, 'content-encoding': 'gzip', vary: 'Accept-Encoding' }, await compress(body));
}

function runFrames(start: (sink: FrameWriter) => FrameSource, side: ResponseSide, streams: OpenStreams): void {
  const writer = new FrameWriter(side.frameTarget(), streams.flusher, () => side.abandon());
  const open: OpenStream = { end: () => writer.end() };
  streams.sources.add(open);
  const source = start(writer);
  side.out.once('close', () => {
    streams.sources.delete(open);
    source.cancel();
  });
}
