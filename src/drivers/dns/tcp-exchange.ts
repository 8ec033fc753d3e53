import { connect } from 'node:net';
import { frameMessage, MessageStream } from './message-stream.ts';

/** Sends a query over a connection of its own and resolves to the message that comes back. */
export function exchangeOverTcp(
  server: string,
  query: Uint8Array,
  port: number,
  timeoutMs: number,
): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: server, port, noDelay: true });
    const stream = new MessageStream();
    const finish = (error: Error | undefined, response?: Uint8Array): void => {
      clearTimeout(timer);
      socket.destroy();
      if (response === undefined) reject(error);
      else resolve(response);
    };
    const timer = setTimeout(() => finish(new Error(`${server} did not answer in ${timeoutMs} ms`)), timeoutMs);
    socket.on('error', error => finish(error));
    socket.on('end', () => finish(new Error(`${server} closed the connection without an answer`)));
    socket.on('data', chunk => {
      for (const response of stream.take(chunk as Buffer)) finish(undefined, response);
    });
    socket.write(frameMessage(query));
  });
}
