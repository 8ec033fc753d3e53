import type { AbortSignalLike } from '../../world/index.ts';
import type { ByteSource } from '../core-contract.ts';

/** A request as any HTTP server reads it, body and all. Header names are in lower case. */
export interface HttpRequest {
  readonly method: string;
  /** Still percent-encoded, without the query: `/api/v1/namespaces/default/pods`. */
  readonly path: string;
  /** What stands behind the `?`; empty where there is none. */
  readonly query: string;
  readonly headers: HttpHeaders;
  /** As UTF-8; a body that is not text arrives as its bytes. */
  readonly body: string | Uint8Array | undefined;
  /** In place of `body`, for a request that is passed on as it comes (`ApiHandler.isPassedOn`). */
  readonly bodySource?: ByteSource | undefined;
  /** The client's address, without its port. */
  readonly sourceAddress?: string | undefined;
  /** The certificate that the client has proven to own; `untrusted` when the cluster's authority does not vouch for it. */
  readonly clientCertificate?: ClientCertificate | 'untrusted' | undefined;
  /** Aborts when the client goes away. */
  readonly signal?: AbortSignalLike | undefined;
}

export type HttpHeaders = Readonly<Record<string, string | readonly string[] | undefined>>;

/** The same instance for all requests of one connection: what is derived from it is remembered by identity. */
export interface ClientCertificate {
  readonly commonName: string;
  readonly organizations: readonly string[];
  /** SHA-256 over the certificate, in lower-case hexadecimal. */
  readonly fingerprint?: string | undefined;
  /** Issued by the front proxies' authority: its owner says whose requests it passes on, and is nobody itself. */
  readonly isFrontProxy?: boolean | undefined;
}

export interface HttpResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly body: HttpBody;
}

/**
 * A text; pieces to be written one after the other, each small enough to be made and written without holding others up
 * (an empty one only gives others their turn); bytes as they come; or a stream whose frames come when there is something
 * to tell.
 */
export type HttpBody =
  | string
  | { readonly kind: 'pieces'; readonly pieces: Iterable<Frame> }
  | { readonly kind: 'binary'; readonly bytes: Uint8Array }
  | { readonly kind: 'bytes'; readonly source: ByteSource }
  | { readonly kind: 'frames'; start(sink: FrameSink): FrameSource };

/** Text, which goes out as UTF-8, or bytes. */
export type Frame = string | Uint8Array;

/** What the server offers to a stream of frames. It gathers what is written within one turn into one write. */
export interface FrameSink {
  write(frame: Frame): void;
  /** Many at once: each is made when there is room for it, in turns that leave others theirs. */
  writeAll(frames: Iterable<Frame>): void;
  /** The stream is over. Nothing is written after it. */
  end(): void;
}

/** What a running stream offers to the server. */
export interface FrameSource {
  /** The client has gone, or is too slow, or the server closes. */
  cancel(): void;
}

/** The header's value; the first where it came more than once. */
export function readHeader(headers: HttpHeaders, name: string): string | undefined {
  const value = headers[name];
  return value === undefined || typeof value === 'string' ? value : value[0];
}
