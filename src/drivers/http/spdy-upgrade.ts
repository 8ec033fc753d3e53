import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { StreamTarget } from '../../apiserver/http/index.ts';
import type { ByteDuplex } from '../../apiserver/index.ts';
import { runPortForward, runSession } from '../../apiserver/streaming/index.ts';
import { SpdyConnection, type SpdyStream } from '../spdy/index.ts';

const sessionProtocols = ['v5.channel.k8s.io', 'v4.channel.k8s.io'] as const;
const portForwardProtocol = 'portforward.k8s.io';
/** Kubernetes: how long a client may take to open its streams. */
const streamsTimeoutMs = 30_000;

/** The version of the streams' protocol to speak with this client; undefined where there is none in common. */
export function chooseSpdyProtocol(incoming: IncomingMessage, target: StreamTarget): string | undefined {
  const offered = String(incoming.headers['x-stream-protocol-version'] ?? '')
    .split(',')
    .map(text => text.trim());
  if (target.kind === 'ports') return offered.includes(portForwardProtocol) ? portForwardProtocol : undefined;
  return sessionProtocols.find(protocol => offered.includes(protocol));
}

/** Answers the upgrade and joins the client with its target. */
export function serveSpdy(socket: Duplex, head: Buffer, target: StreamTarget, protocol: string): void {
  socket.write(
    [
      'HTTP/1.1 101 Switching Protocols',
      'Connection: Upgrade',
      'Upgrade: SPDY/3.1',
      `X-Stream-Protocol-Version: ${protocol}`,
      '\r\n',
    ].join('\r\n'),
  );
  const connect = (onStream: (stream: SpdyStream) => void): SpdyConnection =>
    new SpdyConnection(socket, { role: 'server', onStream }, head);
  if (target.kind === 'session') void serveSession(connect, target);
  else servePortStreams(connect, target.connect);
}

type Connect = (onStream: (stream: SpdyStream) => void) => SpdyConnection;

async function serveSession(connect: Connect, target: Extract<StreamTarget, { kind: 'session' }>): Promise<void> {
  const { request, session } = target;
  const wanted = [
    'error',
    ...(request.stdin ? ['stdin'] : []),
    ...(request.stdout ? ['stdout'] : []),
    ...(request.stderr ? ['stderr'] : []),
    ...(request.tty ? ['resize'] : []),
  ];
  const { connection, streams } = openWhenComplete(connect, wanted);
  void connection.closed.then(() => session.close());
  const opened = await streams;
  if (opened === undefined) {
    session.close();
    connection.close();
    return;
  }
  await runSession(session, {
    stdin: opened.get('stdin')?.source,
    stdout: opened.get('stdout')?.sink,
    stderr: opened.get('stderr')?.sink,
    resize: opened.get('resize')?.source,
    error: opened.get('error')!.sink,
  });
  connection.closeWhenIdle();
  // Streams that only the client could end (its input) must not keep the connection.
  connection.close();
}

function openWhenComplete(
  connect: Connect,
  wanted: readonly string[],
): { connection: SpdyConnection; streams: Promise<ReadonlyMap<string, SpdyStream> | undefined> } {
  const opened = new Map<string, SpdyStream>();
  let complete: (streams: ReadonlyMap<string, SpdyStream> | undefined) => void = () => {};
  const streams = new Promise<ReadonlyMap<string, SpdyStream> | undefined>(resolve => {
    complete = resolve;
  });
  const timer = setTimeout(() => complete(undefined), streamsTimeoutMs);
  const connection = connect(stream => {
    opened.set(stream.headers['streamtype'] ?? '', stream);
    if (wanted.every(type => opened.has(type))) complete(opened);
  });
  void connection.closed.then(() => complete(undefined));
  void streams.then(() => clearTimeout(timer));
  return { connection, streams };
}

/** Pairs the data and error streams of each forwarded connection, by their request's number, and runs each pair. */
export function servePortStreams(connect: Connect, dial: (port: number) => Promise<ByteDuplex>): void {
  const halves = new Map<string, SpdyStream>();
  connect(stream => {
    // Old clients number nothing: they open a connection's error stream right before its data stream.
    const request = stream.headers['requestid'] ?? `port ${stream.headers['port']}`;
    const other = halves.get(request);
    if (other === undefined) {
      halves.set(request, stream);
      return;
    }
    halves.delete(request);
    const isData = stream.headers['streamtype'] === 'data';
    const data = isData ? stream : other;
    const error = isData ? other : stream;
    void runPortForward(dial, { port: Number(data.headers['port']), data, error: error.sink });
  });
}
