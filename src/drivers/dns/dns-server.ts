import { createSocket, type RemoteInfo, type Socket as UdpSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, isIPv6, type Server, type Socket } from 'node:net';
import type { DnsListener, DnsListenerOptions, DnsProtocol } from '../../network/index.ts';
import { frameMessage, MessageStream } from './message-stream.ts';

/** Clients keep connections for many questions, and forget some. */
const idleTimeoutMs = 10_000;
const connectionsMax = 1000;
/** Room for a burst of questions while the process is busy elsewhere. */
const receiveBufferBytes = 1 << 20;

/** Serves DNS over UDP and TCP on one address and the same port; without a port, on one that is free for both. */
export async function listenForDns(options: DnsListenerOptions): Promise<DnsListener> {
  const udp = createSocket({ type: isIPv6(options.address) ? 'udp6' : 'udp4', recvBufferSize: receiveBufferBytes });
  udp.bind(options.port, options.address);
  await once(udp, 'listening');
  const { port } = udp.address();
  const tcp = createServer({ noDelay: true });
  tcp.maxConnections = connectionsMax;
  const connections = new Set<Socket>();
  try {
    tcp.listen(port, options.address);
    await once(tcp, 'listening');
  } catch (error) {
    udp.close();
    throw error;
  }
  udp.on('message', (message, from) => answerDatagram(udp, message, from, options));
  udp.on('error', options.onError);
  tcp.on('error', options.onError);
  tcp.on('connection', socket => {
    connections.add(socket);
    socket.on('close', () => connections.delete(socket));
    serveConnection(socket, options);
  });
  return { address: options.address, port, close: () => close(udp, tcp, connections) };
}

function answerDatagram(udp: UdpSocket, message: Buffer, from: RemoteInfo, options: DnsListenerOptions): void {
  answer(options, message, 'udp', response => {
    // A client that is gone is no concern of ours: UDP promises nothing, and it asks again if it is not.
    if (response !== undefined) udp.send(response, from.port, from.address, () => {});
  });
}

function serveConnection(socket: Socket, options: DnsListenerOptions): void {
  const stream = new MessageStream();
  socket.setTimeout(idleTimeoutMs, () => socket.destroy());
  // Resets are the client's affair.
  socket.on('error', () => socket.destroy());
  socket.on('data', chunk => {
    for (const message of stream.take(chunk as Buffer)) {
      answer(options, message, 'tcp', response => {
        if (response === undefined) socket.destroy();
        else if (socket.writable) socket.write(frameMessage(response));
      });
    }
  });
}

/** A question that breaks something is reported and stays without an answer; the next one may be good. */
function answer(
  options: DnsListenerOptions,
  message: Uint8Array,
  protocol: DnsProtocol,
  send: (response: Uint8Array | undefined) => void,
): void {
  try {
    const response = options.respond(message, protocol);
    if (response instanceof Promise) response.then(send).catch(options.onError);
    else send(response);
  } catch (error) {
    options.onError(error);
  }
}

async function close(udp: UdpSocket, tcp: Server, connections: ReadonlySet<Socket>): Promise<void> {
  for (const socket of connections) socket.destroy();
  await Promise.all([
    new Promise<void>(resolve => udp.close(() => resolve())),
    new Promise<void>(resolve => tcp.close(() => resolve())),
  ]);
}
