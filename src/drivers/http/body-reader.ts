import type { Readable } from 'node:stream';
import { requestBodyBytesMax } from '../../apiserver/http/index.ts';

export type BodyOutcome =
  | { readonly kind: 'complete'; readonly body: string | Uint8Array | undefined }
  | { readonly kind: 'tooLarge' }
  /** The client went away in the middle: what has arrived must not be taken for the whole. */
  | { readonly kind: 'aborted' };

/** How long a client may take to send a body that is read first. One that is passed on may take as long as it likes. */
const bodyMsMax = 60_000;

/**
 * Reads a request's body. `isAborted` is asked at the end, because an aborted HTTP/2 stream ends like a complete one
 * with part of its body.
 */
export function readBody(
  stream: Readable,
  contentType: string | undefined,
  isAborted: () => boolean,
  settle: (outcome: BodyOutcome) => void,
): void {
  const chunks: Buffer[] = [];
  let length = 0;
  let isSettled = false;
  const finish = (outcome: BodyOutcome): void => {
    if (isSettled) return;
    isSettled = true;
    clearTimeout(timer);
    settle(outcome);
  };
  const timer = setTimeout(() => finish({ kind: 'aborted' }), bodyMsMax).unref();
  stream.on('data', (chunk: Buffer) => {
    length += chunk.length;
    if (length > requestBodyBytesMax) finish({ kind: 'tooLarge' });
    else chunks.push(chunk);
  });
  stream.on('end', () => {
    if (isAborted()) finish({ kind: 'aborted' });
    else finish({ kind: 'complete', body: decodeBody(chunks, contentType) });
  });
  stream.on('close', () => finish({ kind: 'aborted' }));
  stream.on('error', () => finish({ kind: 'aborted' }));
}

function decodeBody(chunks: readonly Buffer[], contentType: string | undefined): string | Uint8Array | undefined {
  if (chunks.length === 0) return undefined;
  const bytes = chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks);
  return isBinary(contentType) ? bytes : bytes.toString('utf8');
}

function isBinary(contentType: string | undefined): boolean {
  return contentType !== undefined && (contentType.includes('protobuf') || contentType.includes('cbor'));
}
