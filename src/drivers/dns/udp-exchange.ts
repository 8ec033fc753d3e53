import { createSocket } from 'node:dgram';
import { isIPv6 } from 'node:net';

/**
 * Sends a query from a port of its own, and resolves to the first message with its identifier that comes back from
 * where it was sent. Messages with another identifier are guesses of somebody else's, and ignored.
 */
export function exchangeOverUdp(
  server: string,
  query: Uint8Array,
  port: number,
  timeoutMs: number,
): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const socket = createSocket(isIPv6(server.split('%')[0]!) ? 'udp6' : 'udp4');
    const finish = (error: Error | undefined, response?: Uint8Array): void => {
      clearTimeout(timer);
      socket.close();
      if (response === undefined) reject(error);
      else resolve(response);
    };
    const timer = setTimeout(() => finish(new Error(`${server} did not answer in ${timeoutMs} ms`)), timeoutMs);
    socket.once('error', error => finish(error));
    socket.on('message', response => {
      if (response[0] === query[0] && response[1] === query[1]) finish(undefined, response);
    });
    // A connected socket takes messages from that server only, and is told when nobody listens there.
    socket.connect(port, server, () => socket.send(query));
  });
}
