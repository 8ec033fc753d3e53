import type { Socket } from 'node:net';
import type { Backend } from '../../apiserver/proxy/index.ts';
import { formatHostPort } from '../host/go-error-text.ts';

/** Kubernetes: how long the server tries to connect, and how long a TLS handshake may take. */
const connectMsMax = 30_000;
const handshakeMsMax = 10_000;

/** Calls `giveUp` when a new connection does not come about in time. A connection that stands has no deadline. */
export function limitConnecting(socket: Socket, { scheme, host, port }: Backend, giveUp: (error: Error) => void): void {
  if (!socket.connecting) return;
  const fail = (message: string) => (): void => giveUp(new Error(message));
  let timer = setTimeout(fail(`dial tcp ${formatHostPort(host, port)}: i/o timeout`), connectMsMax);
  socket.once('connect', () => {
    clearTimeout(timer);
    if (scheme === 'https') timer = setTimeout(fail('net/http: TLS handshake timeout'), handshakeMsMax);
  });
  socket.once('secureConnect', () => clearTimeout(timer));
  socket.once('close', () => clearTimeout(timer));
}
