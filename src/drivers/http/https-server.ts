import { X509Certificate } from 'node:crypto';
import type { Server as HttpServer } from 'node:http';
import { performServerHandshake, type ServerHttp2Session } from 'node:http2';
import type { AddressInfo, Socket } from 'node:net';
import { createServer as createTlsServer, type TLSSocket, type Server as TlsServer } from 'node:tls';
import type { ApiHandler } from '../../apiserver/http/index.ts';
import { loadHttp } from '../load-http.ts';
import { expectFrontProxy } from './client-certificate.ts';
import type { OpenStream, OpenStreams } from './exchange.ts';
import { FrameFlusher } from './frame-writer.ts';
import { serveHttp1 } from './http1-exchange.ts';
import { serveHttp2 } from './http2-exchange.ts';

export interface HttpsServerOptions {
  readonly handler: ApiHandler;
  /** PEM. */
  readonly certificate: string;
  readonly privateKey: string;
  /** Whose client certificates are believed; PEM. */
  readonly clientAuthority: string;
  /** Whose certificates are believed to be front proxies'; PEM. */
  readonly frontProxyAuthority?: string | undefined;
  /** Default 127.0.0.1: nobody else on the network can connect. */
  readonly host?: string;
  /** 0 takes any free port. */
  readonly port: number;
}

export interface HttpsServer {
  readonly host: string;
  readonly port: number;
  /** Takes no more connections, ends watches, lets what is in flight finish for at most `graceMs`, then drops the rest. */
  close(graceMs?: number): Promise<void>;
}

/** Nobody listens because somebody else does, or because the port is not ours to take. The message says what to do. */
export class ListenError extends Error {
  readonly code: string;

  constructor(host: string, port: number, cause: NodeJS.ErrnoException) {
    super(describeListenError(host, port, cause), { cause });
    this.name = 'ListenError';
    this.code = cause.code ?? 'UNKNOWN';
  }
}

const idleMsMax = 180_000;
/** Go: `DefaultMaxHeaderBytes`. */
const headerBytesMax = 1024 * 1024;
const refusalMs = 500;
const concurrentStreamsMax = 250;
const graceMsDefault = 5_000;

/**
 * HTTPS for an API server: HTTP/2 or HTTP/1.1, as the client prefers by ALPN. Both hand their requests to the same
 * handler; HTTP/1.1 goes through Node's plain server, whose keep-alive path is the cheapest there is.
 */
export async function startHttpsServer(options: HttpsServerOptions): Promise<HttpsServer> {
  const host = options.host ?? '127.0.0.1';
  const server = new RunningServer(options);
  await server.listen(host, options.port);
  return server;
}

class RunningServer implements HttpsServer {
  readonly #tls: TlsServer;
  readonly #http1: HttpServer;
  readonly #handler: ApiHandler;
  readonly #frontProxies: X509Certificate | undefined;
  readonly #streams: OpenStreams = { flusher: new FrameFlusher(), sources: new Set<OpenStream>() };
  readonly #sockets = new Set<Socket>();
  readonly #sessions = new Set<ServerHttp2Session>();

  constructor(options: HttpsServerOptions) {
    const { frontProxyAuthority } = options;
    this.#handler = options.handler;
    this.#frontProxies = frontProxyAuthority === undefined ? undefined : new X509Certificate(frontProxyAuthority);
    this.#http1 = this.#createHttp1();
    this.#tls = createTlsServer({
      cert: options.certificate,
      key: options.privateKey,
      ca: [options.clientAuthority, ...(frontProxyAuthority === undefined ? [] : [frontProxyAuthority])],
      requestCert: true,
      // Who shows no certificate, or a bad one, is dealt with by the authenticator: 401, not a broken handshake.
      rejectUnauthorized: false,
      minVersion: 'TLSv1.2',
      ALPNProtocols: ['h2', 'http/1.1'],
      noDelay: true,
      // A client that vanished without a word must not keep its watches for ever.
      keepAlive: true,
      keepAliveInitialDelay: 60_000,
    });
    this.#tls.on('secureConnection', socket => this.#accept(socket));
    this.#tls.on('tlsClientError', (_error, socket) => socket.destroy());
    this.#tls.on('connection', socket => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
    });
  }

  get host(): string {
    return (this.#tls.address() as AddressInfo).address;
  }

  get port(): number {
    return (this.#tls.address() as AddressInfo).port;
  }

  listen(host: string, port: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const onError = (error: NodeJS.ErrnoException): void => reject(new ListenError(host, port, error));
      this.#tls.once('error', onError);
      this.#tls.listen({ host, port, backlog: 1024 }, () => {
        this.#tls.off('error', onError);
        resolve();
      });
    });
  }

  async close(graceMs = graceMsDefault): Promise<void> {
    const isClosed = new Promise<void>(resolve => this.#tls.close(() => resolve()));
    for (const stream of this.#streams.sources) stream.end();
    // The watches' last bytes are written by the next turn.
    await new Promise(resolve => setImmediate(resolve));
    for (const session of this.#sessions) session.close();
    this.#http1.closeIdleConnections();
    const deadline = setTimeout(() => this.#dropAll(), graceMs);
    const sweep = setInterval(() => this.#http1.closeIdleConnections(), 50);
    await isClosed;
    clearTimeout(deadline);
    clearInterval(sweep);
    this.#http1.close();
  }

  #dropAll(): void {
    for (const session of this.#sessions) session.destroy();
    for (const socket of this.#sockets) socket.destroy();
  }

  #accept(socket: TLSSocket): void {
    socket.on('error', () => socket.destroy());
    if (this.#frontProxies !== undefined) expectFrontProxy(socket, this.#frontProxies);
    if (socket.alpnProtocol === 'h2') this.#acceptHttp2(socket);
    else this.#http1.emit('connection', socket);
  }

  #acceptHttp2(socket: TLSSocket): void {
    const session = performServerHandshake(socket, {
      settings: { maxConcurrentStreams: concurrentStreamsMax, initialWindowSize: 1024 * 1024 },
      maxHeaderListPairs: 256,
    });
    this.#sessions.add(session);
    session.once('close', () => this.#sessions.delete(session));
    session.on('error', () => session.destroy());
    session.on('stream', (stream, headers) => serveHttp2(this.#handler, this.#streams, stream, headers, socket));
  }

  #createHttp1(): HttpServer {
    const server = loadHttp().createServer({
      keepAliveTimeout: idleMsMax,
      maxHeaderSize: headerBytesMax,
      // What is limited is how long a client takes to send its headers, and a body that is read first (`body-reader.ts`).
      requestTimeout: 0,
      headersTimeout: 30_000,
      noDelay: true,
    });
    // Never listens itself, but begins to track connections, and to time out slow requests, when it believes it does.
    server.emit('listening');
    server.on('request', (incoming, outgoing) => serveHttp1(this.#handler, this.#streams, incoming, outgoing));
    server.on('upgrade', (incoming, socket, head) => {
      // Loaded when first needed: what speaks WebSocket and SPDY is no part of a quick start.
      void import('./upgrade.ts').then(({ serveUpgrade }) =>
        serveUpgrade(this.#handler, incoming, socket as TLSSocket, head),
      );
    });
    server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
      // The rest of what was refused already is as bad.
      if ((socket as Socket).writableEnded) return;
      if (!socket.writable) {
        socket.destroy();
        return;
      }
      socket.end(describeBadRequest(error.code === 'HPE_HEADER_OVERFLOW'));
      // What is still being sent is read and dropped for a while: closing at once would take the answer along.
      socket.resume();
      setTimeout(() => socket.destroy(), refusalMs).unref();
    });
    return server;
  }
}

/** As Go's server answers what it cannot read. */
function describeBadRequest(isTooLarge: boolean): string {
  const status = isTooLarge ? '431 Request Header Fields Too Large' : '400 Bad Request';
  return `HTTP/1.1 ${status}\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n${status}`;
}

function describeListenError(host: string, port: number, cause: NodeJS.ErrnoException): string {
  const where = `${host}:${port}`;
  if (cause.code === 'EADDRINUSE')
    return `another program listens on ${where} already: stop it, or choose another port`;
  if (cause.code === 'EACCES') return `not allowed to listen on ${where}: ports below 1024 need root`;
  if (cause.code === 'EADDRNOTAVAIL') return `this machine has no address ${host}`;
  return `cannot listen on ${where}: ${cause.message}`;
}
