import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { createWebSocketStream, type WebSocket, WebSocketServer } from 'ws';
import type { StreamTarget } from '../../apiserver/http/index.ts';
import { runPortForward, runSession, type SessionChannels } from '../../apiserver/streaming/index.ts';
import { SpdyConnection } from '../spdy/index.ts';
import { ChannelSocket } from './channel-socket.ts';
import { servePortStreams } from './spdy-upgrade.ts';

/** In the order in which upstream prefers them. */
const channelProtocols = [
  'v5.channel.k8s.io',
  'v4.channel.k8s.io',
  'v4.base64.channel.k8s.io',
  'channel.k8s.io',
  'base64.channel.k8s.io',
] as const;
const tunnelProtocol = 'SPDY/3.1+portforward.k8s.io';
const messageBytesMax = 32 * 1024 * 1024;
/** How long a client may take to answer a ping; one that never does is talked to all the same. */
const pongMsMax = 1000;
const channels = { stdin: 0, stdout: 1, stderr: 2, error: 3, resize: 4 } as const;

/** The subprotocol to speak with this client, or why there is none. */
export function chooseWebSocketProtocol(incoming: IncomingMessage, target: StreamTarget): string | undefined {
  const offered = (incoming.headers['sec-websocket-protocol'] ?? '').split(',').map(text => text.trim());
  if (target.kind === 'ports' && offered.includes(tunnelProtocol)) return tunnelProtocol;
  if (offered.length === 1 && offered[0] === '') return '';
  return channelProtocols.find(protocol => offered.includes(protocol));
}

/** Completes the handshake and joins the client with its target. */
export function serveWebSocket(
  incoming: IncomingMessage,
  socket: Duplex,
  head: Buffer,
  target: StreamTarget,
  protocol: string,
): void {
  const server = new WebSocketServer({ noServer: true, perMessageDeflate: false, maxPayload: messageBytesMax });
  // npm ws refuses names with a slash, which is no token: it must neither see the header nor answer it.
  delete incoming.headers['sec-websocket-protocol'];
  if (protocol !== '') server.on('headers', headers => headers.push(`Sec-WebSocket-Protocol: ${protocol}`));
  server.handleUpgrade(incoming, socket, head, client => {
    if (target.kind === 'session') void serveSession(client, target, protocol);
    else if (protocol === tunnelProtocol) serveTunnel(client, target);
    else void servePorts(client, target, protocol);
  });
}

type SessionTarget = Extract<StreamTarget, { kind: 'session' }>;
type PortsTarget = Extract<StreamTarget, { kind: 'ports' }>;

function wrap(client: WebSocket, protocol: string): ChannelSocket {
  const isBase64 = protocol.includes('base64');
  return new ChannelSocket(client, { hasCloseSignal: protocol.startsWith('v5.'), isBase64 });
}

async function serveSession(client: WebSocket, target: SessionTarget, protocol: string): Promise<void> {
  const { request, session } = target;
  const socket = wrap(client, protocol);
  // A client that goes away without a word.
  client.once('close', () => session.close());
  const first = request.stdout ? channels.stdout : request.stderr ? channels.stderr : channels.error;
  const joined: SessionChannels = {
    stdin: request.stdin ? socket.source(channels.stdin) : undefined,
    stdout: request.stdout ? socket.sink(channels.stdout) : undefined,
    stderr: request.stderr ? socket.sink(channels.stderr) : undefined,
    resize: request.tty ? socket.source(channels.resize) : undefined,
    error: socket.sink(channels.error),
    outcomeFormat: /^v[45]\./.test(protocol) ? 'status' : 'message',
  };
  await untilReading(client);
  // Kubernetes: an empty message tells the client that the streams are there.
  void socket.sink(first).write(new Uint8Array(0)).catch(ignoreHangUp);
  await runSession(session, joined);
  socket.close();
}

/**
 * Resolves when the client answers a ping: then it reads. kubectl before 1.33 may throw away what comes earlier, because
 * it begins to read while it is still making its streams.
 */
function untilReading(client: WebSocket): Promise<void> {
  return new Promise(resolve => {
    const finish = (): void => {
      clearTimeout(timer);
      client.off('pong', finish);
      client.off('close', finish);
      resolve();
    };
    const timer = setTimeout(finish, pongMsMax);
    client.on('pong', finish);
    client.on('close', finish);
    client.ping();
  });
}

/** What is lost here is known by the closing of the connection. */
function ignoreHangUp(): void {
  return;
}

/** kubectl 1.31 and later: SPDY as ever, its bytes in the messages of a WebSocket. */
function serveTunnel(client: WebSocket, target: PortsTarget): void {
  const duplex = createWebSocketStream(client);
  duplex.on('error', () => client.terminate());
  servePortStreams(onStream => new SpdyConnection(duplex, { role: 'server', onStream }), target.connect);
}

/** Kubernetes' first WebSocket protocol: two channels for each port of the query, each opened by the port's number. */
async function servePorts(client: WebSocket, target: PortsTarget, protocol: string): Promise<void> {
  const socket = wrap(client, protocol);
  await Promise.all(
    target.ports.map(async (port, i) => {
      const data = { source: socket.source(i * 2), sink: socket.sink(i * 2), close: () => socket.close() };
      const error = socket.sink(i * 2 + 1);
      const announcement = Uint8Array.of(port & 0xff, port >> 8);
      await data.sink.write(announcement).catch(ignoreHangUp);
      await error.write(announcement).catch(ignoreHangUp);
      await runPortForward(target.connect, { port, data, error });
    }),
  );
  socket.close();
}
