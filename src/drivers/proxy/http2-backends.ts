import { connect as startSession } from 'node:http2';
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
 * HTTP/2 to https backends that speak it, over one connection each. The first connection tells who does; of the others
 * that is remembered.
 */
export class Http2Backends {
  readonly #connections = new Map<string, Promise<Http2Connection | undefined>>();

  /** Undefined for a backend that speaks only HTTP/1.1. Rejects with Node's error when it cannot be reached. */
  connect(backend: Backend): Promise<Http2Connection | undefined> {
    const key = JSON.stringify(backend);
    const known = this.#connections.get(key);
    if (known !== undefined) return known;
    if (this.#connections.size >= backendsMax) this.#forgetOldest();
    const opening = this.#open(key, backend);
    this.#connections.set(key, opening);
    return opening;
  }

  /** Ends all connections. */
  close(): void {
    for (const each of this.#connections.values()) void each.then(connection => connection?.destroy(), ignoreFailure);
    this.#connections.clear();
  }

  async #open(key: string, backend: Backend): Promise<Http2Connection | undefined> {
    try {
      const socket = await connectTls(backend);
      if (socket.alpnProtocol !== 'h2') {
        // HTTP/1.1 has its own connections.
        socket.destroy();
        return undefined;
      }
      const session = startSession(`https://${backend.serverName ?? 'backend'}`, { createConnection: () => socket });
      return new Http2Connection(session, () => void this.#connections.delete(key));
    } catch (error) {
      this.#connections.delete(key);
      throw error;
    }
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

function connectTls(backend: Backend): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const { host, port } = backend;
    const socket = startTls({ host, port, ALPNProtocols: ['h2', 'http/1.1'], ...tlsOptions(backend) });
    limitConnecting(socket, backend, error => socket.destroy(error));
    socket.once('error', reject);
    socket.once('close', () => reject(Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' })));
    socket.once('secureConnect', () => {
      socket.setKeepAlive(true, keepAliveMs);
      resolve(socket);
    });
  });
}
