import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Frame, FrameSink, HttpBody } from '../../apiserver/http/index.ts';

type FrameBody = Extract<HttpBody, { kind: 'frames' }>;

/** Frames that a client has not taken; one that is so far behind is cut off, and begins anew. */
const pendingFramesMax = 10_000;
const protobufLengthBytes = 4;
/** How bytes are sent: as they are, or in base64. */
const byteProtocols = ['binary.k8s.io', 'base64.binary.k8s.io'] as const;

/** Whether an answer can be given as messages of a WebSocket: a watch's events, or a log's bytes. */
export function isStreamed(body: HttpBody): boolean {
  return typeof body === 'string' || body.kind === 'bytes' || body.kind === 'frames';
}

/** The subprotocol for an answer; undefined where the client offers none that there is. */
export function chooseAnswerProtocol(incoming: IncomingMessage, body: HttpBody): string | undefined {
  const offered = (incoming.headers['sec-websocket-protocol'] ?? '').split(',').map(text => text.trim());
  if (typeof body !== 'string' && body.kind === 'frames') return offered.length === 1 ? offered[0] : '';
  if (offered.length === 1 && offered[0] === '') return '';
  return byteProtocols.find(protocol => offered.includes(protocol));
}

/** Completes the handshake and sends the answer as messages; the client says nothing. */
export function serveWebSocketAnswer(
  incoming: IncomingMessage,
  socket: Duplex,
  head: Buffer,
  body: HttpBody,
  protocol: string,
): void {
  const server = new WebSocketServer({ noServer: true, perMessageDeflate: false });
  delete incoming.headers['sec-websocket-protocol'];
  if (protocol !== '') server.on('headers', headers => headers.push(`Sec-WebSocket-Protocol: ${protocol}`));
  server.handleUpgrade(incoming, socket, head, client => {
    client.on('error', () => client.terminate());
    if (typeof body === 'string') void sendBytes(client, [Buffer.from(body)], protocol);
    else if (body.kind === 'bytes') void sendBytes(client, body.source, protocol);
    else if (body.kind === 'frames') sendFrames(client, body);
  });
}

async function sendBytes(
  client: WebSocket,
  source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  protocol: string,
): Promise<void> {
  const isBase64 = protocol.startsWith('base64.');
  const encode = (bytes: Uint8Array): string | Uint8Array => (isBase64 ? Buffer.from(bytes).toString('base64') : bytes);
  const chunks = (Symbol.asyncIterator in source ? source : toAsync(source))[Symbol.asyncIterator]();
  client.once('close', () => void chunks.return?.());
  try {
    // Kubernetes: an empty message tells the client that the stream is there.
    await send(client, encode(new Uint8Array(0)));
    for (;;) {
      const { done, value } = await chunks.next();
      if (done === true) break;
      if (value.length > 0) await send(client, encode(value));
    }
    client.close(1000);
  } catch {
    // The client has gone, or the source has broken off: either way there is nothing more to be said.
    client.terminate();
  }
}

async function* toAsync(source: Iterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield* source;
}

/** A message for each frame, in order, each when the one before is on its way. */
function sendFrames(client: WebSocket, body: FrameBody): void {
  let pending = 0;
  let sent: Promise<void> = Promise.resolve();
  const cutOff = (): void => client.terminate();
  const enqueue = (work: () => Promise<void>): void => {
    if (++pending > pendingFramesMax) cutOff();
    sent = sent.then(work).then(() => void pending--, cutOff);
  };
  const sink: FrameSink = {
    write: frame => enqueue(() => send(client, withoutLength(frame))),
    writeAll: frames =>
      enqueue(async () => {
        for (const frame of frames) await send(client, withoutLength(frame));
      }),
    end: () => enqueue(async () => client.close(1000)),
  };
  const running = body.start(sink);
  client.once('close', () => running.cancel());
}

/** Messages have an end of their own; protobuf's frames bring their length along, for streams that have none. */
function withoutLength(frame: Frame): Frame {
  return typeof frame === 'string' ? frame : frame.subarray(protobufLengthBytes);
}

function send(client: WebSocket, message: string | Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    client.send(message, error => (error === undefined || error === null ? resolve() : reject(error)));
  });
}
