import type { IncomingMessage } from 'node:http';
import { Agent, request as startRequest } from 'node:https';
import { encodeBody, formatUrl, methods, toStatusError, WatchLines } from '../../client/http/index.ts';
import type { ResourceRequest, Transport, Watch, WatchSink } from '../../client/index.ts';
import type { KubeObject } from '../../machinery/index.ts';
import type { Connection } from '../tls/index.ts';
import { unreachable } from './unreachable.ts';

export interface HttpsTransportOptions {
  readonly connection: Connection;
  /** `sampan/0.1.0` */
  readonly userAgent?: string;
  /** Connections at a time for requests; watches have their own. */
  readonly connectionsMax?: number;
}

/** Kubernetes: requests that are no watches may take this long at the server; the network gets a little on top. */
const requestTimeoutMs = 65_000;
const idleMsMax = 90_000;

/** Reaches an API server over HTTPS from another process. Connections are kept and used again. */
export class HttpsTransport implements Transport {
  readonly #connection: Connection;
  readonly #server: URL;
  readonly #agent: Agent;
  readonly #userAgent: string;

  constructor(options: HttpsTransportOptions) {
    const { connection } = options;
    this.#connection = connection;
    this.#server = new URL(connection.server);
    this.#userAgent = options.userAgent ?? 'sampan';
    this.#agent = new Agent({
      keepAlive: true,
      timeout: idleMsMax,
      maxSockets: options.connectionsMax ?? 64,
      maxFreeSockets: options.connectionsMax ?? 64,
      ...tlsOptions(connection),
    });
  }

  async request(request: ResourceRequest): Promise<KubeObject> {
    const response = await this.#send(request, this.#agent, requestTimeoutMs);
    const text = await this.#readText(response);
    const code = response.statusCode ?? 0;
    if (code < 200 || code > 299) throw toStatusError(code, text);
    return JSON.parse(text) as KubeObject;
  }

  watch(request: ResourceRequest, sink: WatchSink): Watch {
    const lines = new WatchLines(sink);
    const stopped = new AbortController();
    void this.#runWatch({ ...request, verb: 'watch' }, lines, stopped.signal);
    return {
      cancel: () => {
        // Whoever cancels hears no more.
        lines.mute();
        stopped.abort();
      },
    };
  }

  /** Closes idle connections; what is under way goes on. */
  close(): void {
    this.#agent.destroy();
  }

  async #runWatch(request: ResourceRequest, lines: WatchLines, signal: AbortSignal): Promise<void> {
    try {
      // A connection of its own: a watch would otherwise hold one of those that requests wait for.
      const response = await this.#send({ ...request, signal }, undefined, 0);
      const code = response.statusCode ?? 0;
      if (code !== 200) lines.end(toStatusError(code, await this.#readText(response)));
      response.setEncoding('utf8');
      for await (const chunk of response) lines.push(chunk as string);
      lines.end();
    } catch (error) {
      lines.end(error as Error);
    }
  }

  #send(request: ResourceRequest, agent: Agent | undefined, timeoutMs: number): Promise<IncomingMessage> {
    const body = encodeBody(request);
    const headers: Record<string, string | number> = { accept: 'application/json', 'user-agent': this.#userAgent };
    if (this.#connection.token !== undefined) headers['authorization'] = `Bearer ${this.#connection.token}`;
    if (body !== undefined) {
      headers['content-type'] = body.contentType;
      headers['content-length'] = Buffer.byteLength(body.text);
    }
    return new Promise((resolve, reject) => {
      const fail = (error: Error): void => reject(unreachable(this.#connection.server, error));
      const outgoing = startRequest(
        {
          hostname: this.#server.hostname.replace(/^\[|\]$/g, ''),
          port: this.#server.port === '' ? 443 : Number(this.#server.port),
          path: this.#server.pathname.replace(/\/$/, '') + formatUrl(request),
          method: methods[request.verb],
          headers,
          ...(agent === undefined ? { agent: false as const, ...tlsOptions(this.#connection) } : { agent }),
        },
        resolve,
      );
      outgoing.on('error', fail);
      if (timeoutMs > 0) outgoing.setTimeout(timeoutMs, () => outgoing.destroy(new Error('no answer in time')));
      abortWith(request, () => outgoing.destroy(new Error('cancelled')));
      outgoing.end(body?.text);
    });
  }

  async #readText(response: IncomingMessage): Promise<string> {
    const chunks: Buffer[] = [];
    try {
      for await (const chunk of response) chunks.push(chunk as Buffer);
    } catch (error) {
      throw unreachable(this.#connection.server, error as Error);
    }
    return Buffer.concat(chunks).toString('utf8');
  }
}

function abortWith({ signal }: ResourceRequest, abort: () => void): void {
  if (signal === undefined) return;
  if (signal.aborted) abort();
  else signal.addEventListener('abort', abort, { once: true });
}

function tlsOptions(connection: Connection): {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly servername?: string;
  readonly rejectUnauthorized: boolean;
} {
  const { certificateAuthority: ca, clientCertificate: cert, clientKey: key, serverName: servername } = connection;
  return {
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    ...(servername === undefined ? {} : { servername }),
    rejectUnauthorized: connection.skipsTlsVerification !== true,
  };
}
