import { type ClientHttp2Session, connect as startSession } from 'node:http2';
import { connect as startTls, type TLSSocket } from 'node:tls';
import type { Backend } from '../../apiserver/proxy/index.ts';
import { limitConnecting } from './connect-deadlines.ts';
import { Http2Connection } from './http2-connection.ts';
import { tlsOptions } from './tls-options.ts';

/** Backends of which is remembered what they speak. */
const backendsMax = 1000;
/** A backend that vanished without a word must not keep its streams for ever. */
const keepAliveMs = 30_000;

/**
 * HTTP/2 to https backends that speak it, over one connection each, or more where one is full. The first connection tells
 * who does; of the others that is remembered.
 */
export class Http2Backends {
  readonly #connections = new Map<string, Promise<Http2Connection | undefined>>();
  /** Full ones are looked for no more, but what is under way there goes on. */
  readonly #open = new Set<Http2Connection>();
  /** Connections that are still coming about. */
  readonly #connecting = new Set<TLSSocket>();

  /** Undefined for a backend that speaks only HTTP/1.1. Rejects with Node's error when it cannot be reached. */
  async connect(backend: Backend): Promise<Http2Connection | undefined> {
    const key = JSON.stringify(backend);
    for (let known = this.#connections.get(key); known !== undefined; known = this.#connections.get(key)) {
      const connection = await known;
      if (connection?.isUsable !== false) return connection;
      this.#forget(key, known);
    }
    if (this.#connections.size >= backendsMax) this.#forgetOldest();
    const opening = this.#start(backend, () => this.#forget(key, opening));
    this.#connections.set(key, opening);
    opening.catch(() => this.#forget(key, opening));
    return opening;
  }

  /** Ends all connections. */
  close(): void {
    for (const connection of this.#open) connection.destroy();
    for (const socket of this.#connecting) socket.destroy();
    this.#connections.clear();
  }

  async #start(backend: Backend, onEnd: () => void): Promise<Http2Connection | undefined> {
    const { host, port, serverName = 'backend' } = backend;
    const socket = startTls({ host, port, ALPNProtocols: ['h2', 'http/1.1'], ...tlsOptions(backend) });
    limitConnecting(socket, backend, error => socket.destroy(error));
    this.#connecting.add(socket);
    try {
      await untilSecure(socket);
    } finally {
      this.#connecting.delete(socket);
    }
    if (socket.alpnProtocol !== 'h2') {
      // HTTP/1.1 has its own connections.
      socket.destroy();
      return undefined;
    }
    const session = startSession(`https://${serverName}`, { createConnection: () => socket });
    const connection = new Http2Connection(session, () => {
      this.#open.delete(connection);
      onEnd();
    });
    this.#open.add(connection);
    // The first thing that a backend says: how many requests it takes at once.
    await untilSettled(session);
    return connection;
  }

  #forget(key: string, connection: Promise<Http2Connection | undefined>): void {
    if (this.#connections.get(key) === connection) this.#connections.delete(key);
  }

  #forgetOldest(): void {
    const [key, oldest] = this.#connections.entries().next().value!;
    this.#connections.delete(key);
    void oldest.then(connection => connection?.close(), ignoreFailure);
  }
}

/** There is nothing to close of a connection that never came about. */
function ignoreFailure(): void {
  return;
}

function untilSettled(session: ClientHttp2Session): Promise<void> {
  return new Promise((resolve, reject) => {
    session.once('remoteSettings', () => resolve());
    session.once('error', reject);
    session.once('close', () => reject(hangUp()));
  });
}

function hangUp(): Error {
  return Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });
}

function untilSecure(socket: TLSSocket): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.once('close', () => reject(hangUp()));
    socket.once('secureConnect', () => {
      socket.setKeepAlive(true, keepAliveMs);
      resolve();
    });
  });
}
