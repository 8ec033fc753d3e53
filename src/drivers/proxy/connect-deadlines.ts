import type { ClientRequest } from 'node:http';
import type { Socket } from 'node:net';
import { formatHostPort } from '../host/go-error-text.ts';

/** Kubernetes: how long the server tries to connect, and how long a TLS handshake may take. */
const connectMsMax = 30_000;
const handshakeMsMax = 10_000;

interface Target {
  readonly scheme: 'http' | 'https';
  readonly host: string;
  readonly port: number;
}

/** Gives up a request whose connection does not come about in time. A kept connection has no deadline. */
export function limitConnecting(outgoing: ClientRequest, { scheme, host, port }: Target): void {
  outgoing.once('socket', (socket: Socket) => {
    if (!socket.connecting) return;
    const fail = (message: string) => (): void => void outgoing.destroy(new Error(message));
    let timer = setTimeout(fail(`dial tcp ${formatHostPort(host, port)}: i/o timeout`), connectMsMax);
    socket.once('connect', () => {
      clearTimeout(timer);
      if (scheme === 'https') timer = setTimeout(fail('net/http: TLS handshake timeout'), handshakeMsMax);
    });
    socket.once('secureConnect', () => clearTimeout(timer));
    outgoing.once('close', () => clearTimeout(timer));
  });
}
