import type { AbortSignalLike } from '../../world/index.ts';
import type { ByteDuplex, ByteSource } from '../core-contract.ts';
import type { HttpHeaders } from '../http/http-message.ts';

/** Where a proxied request goes, and how the server there proves who it is. */
export interface Backend {
  readonly scheme: 'http' | 'https';
  /** A name or an address, without brackets. */
  readonly host: string;
  readonly port: number;
  /** What the certificate must be for; default: the host. */
  readonly serverName?: string | undefined;
  /** PEM. Absent: the authorities that the machine trusts. */
  readonly certificateAuthority?: string | undefined;
  readonly shouldSkipVerification?: boolean | undefined;
  /** PEM, for servers that ask who calls. */
  readonly clientCertificate?: { readonly certificate: string; readonly key: string } | undefined;
}

export interface BackendRequest {
  readonly backend: Backend;
  readonly method: string;
  /** Path and query as they go out: `/index.html?a=b`. */
  readonly target: string;
  /** Complete, `host` included; what concerns one connection only is left out, but for an upgrade. */
  readonly headers: HttpHeaders;
  readonly body?: ByteSource | undefined;
  /** Aborts when the client goes away: the request to the backend is then broken off. */
  readonly signal?: AbortSignalLike | undefined;
}

export interface BackendResponse {
  readonly status: number;
  /** Names in lower case; what concerns one connection only is left out. */
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  /** Fails when the backend breaks off. */
  readonly body: ByteSource;
}

/** What a backend makes of a request to upgrade: another protocol from here on, or an answer like any other. */
export type UpgradeOutcome =
  | { readonly kind: 'switched'; readonly response: Omit<BackendResponse, 'body'>; readonly connection: ByteDuplex }
  | { readonly kind: 'answered'; readonly response: BackendResponse };

/**
 * How the server passes requests on: to pods, to nodes, to aggregated API servers. Both ways are streams, and whoever
 * breaks off breaks off the other side. Rejects with an `Error` whose message reads as Go's would
 * (`dial tcp 10.0.0.1:80: connect: connection refused`).
 */
export interface ReverseProxy {
  send(request: BackendRequest): Promise<BackendResponse>;
  upgrade(request: BackendRequest): Promise<UpgradeOutcome>;
  /** A body as text. `encoding`: its `content-encoding`, of which `gzip`, `deflate` and none are understood. */
  readText(body: ByteSource, encoding: BodyEncoding): Promise<string>;
  /** A body as text, as it comes. */
  streamText(body: ByteSource): AsyncIterable<string>;
  encodeText(text: string, encoding: BodyEncoding): Promise<Uint8Array>;
}

export type BodyEncoding = 'gzip' | 'deflate' | '';
