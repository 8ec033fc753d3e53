import { performance } from 'node:perf_hooks';
import { Readable, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { promisify } from 'node:util';
import { createGzip, gzip } from 'node:zlib';
import type { Frame } from '../../apiserver/http/index.ts';

/** Kubernetes: responses from this size on are compressed, at gzip's fastest level (upstream's default as well). */
export const gzipThresholdBytes = 128 * 1024;
const gzipLevel = 1;
/** How long a long answer may keep others waiting. */
const turnMsMax = 8;

const gzipBody = promisify(gzip);

export function compress(body: string | Uint8Array): Promise<Buffer> {
  return gzipBody(body, { level: gzipLevel });
}

/** Writes the pieces one after the other as fast as the client reads, giving way to others in between. */
export async function writePieces(pieces: Iterable<Frame>, out: Writable, isCompressed: boolean): Promise<void> {
  if (isCompressed) {
    await pipeline(Readable.from(takeTurns(pieces)), createGzip({ level: gzipLevel }), out);
    return;
  }
  for await (const piece of takeTurns(pieces)) {
    if (out.destroyed) return;
    if (!out.write(piece)) await waitForDrain(out);
  }
  out.end();
}

async function* takeTurns(pieces: Iterable<Frame>): AsyncGenerator<Frame> {
  let startMs = performance.now();
  for (const piece of pieces) {
    if (piece.length > 0) yield piece;
    if (performance.now() - startMs < turnMsMax) continue;
    await nextTurn();
    startMs = performance.now();
  }
}

/** Copies bytes as they come. A client that goes away ends the source as well, even while the source is silent. */
export async function writeBytes(source: AsyncIterable<Uint8Array>, out: Writable): Promise<void> {
  const iterator = source[Symbol.asyncIterator]();
  // An HTTP/2 stream that the client resets counts as finished, so `writableFinished` says nothing here; and a source
  // that has ended does not mind.
  out.once('close', () => void iterator.return?.());
  for (;;) {
    const { done, value } = await iterator.next();
    if (done === true || out.destroyed || out.writableEnded) break;
    if (!out.write(value)) await waitForDrain(out);
  }
  // Node ends an answer without a body by itself; ending it again would reset an HTTP/2 stream.
  if (!out.destroyed && !out.writableEnded) out.end();
}

/** Resolves when more may be written, or when nobody will read any more. */
export function waitForDrain(out: Writable): Promise<void> {
  return new Promise(resolve => {
    const finish = (): void => {
      out.off('drain', finish);
      out.off('close', finish);
      resolve();
    };
    out.on('drain', finish);
    out.on('close', finish);
  });
}
