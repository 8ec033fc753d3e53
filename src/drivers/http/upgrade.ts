import type { IncomingMessage } from 'node:http';
import type { TLSSocket } from 'node:tls';
import {
  type ApiHandler,
  type HttpBody,
  type HttpResponse,
  respondStatus,
  type StreamTarget,
} from '../../apiserver/http/index.ts';
import { statusError } from '../../machinery/index.ts';
import { toHttpRequest } from './http1-exchange.ts';
import { chooseSpdyProtocol, serveSpdy } from './spdy-upgrade.ts';
import { formatHead, serveTunnel } from './tunnel.ts';
import { chooseAnswerProtocol, isStreamed, serveWebSocketAnswer } from './websocket-answer.ts';
import { chooseWebSocketProtocol, serveWebSocket } from './websocket-upgrade.ts';

/** Joins an upgraded connection with what the request asks for, or answers it as any other request. Never rejects. */
export async function serveUpgrade(
  handler: ApiHandler,
  incoming: IncomingMessage,
  socket: TLSSocket,
  head: Buffer,
): Promise<void> {
  const answer = await handler.upgrade(toHttpRequest(incoming, undefined));
  if ('refusal' in answer) {
    await refuseUpgrade(socket, answer.refusal);
    return;
  }
  if ('tunnel' in answer) {
    await serveTunnel(socket, head, answer.tunnel);
    return;
  }
  if ('streamed' in answer) {
    await serveStreamed(incoming, socket, head, answer.streamed);
    return;
  }
  const { target } = answer;
  const upgrade = (incoming.headers.upgrade ?? '').toLowerCase();
  const isWebSocket = upgrade === 'websocket';
  const protocol = isWebSocket ? chooseWebSocketProtocol(incoming, target) : chooseSpdyProtocol(incoming, target);
  if (protocol === undefined || (!isWebSocket && upgrade !== 'spdy/3.1')) {
    hangUp(target);
    await refuseUpgrade(socket, respondStatus(statusError.badRequest('unable to upgrade: no protocol in common')));
  } else if (isWebSocket) serveWebSocket(incoming, socket, head, target, protocol);
  else serveSpdy(socket, head, target, protocol);
}

async function serveStreamed(
  incoming: IncomingMessage,
  socket: TLSSocket,
  head: Buffer,
  response: HttpResponse,
): Promise<void> {
  const { status, body } = response;
  const protocol = status === 200 && isStreamed(body) ? chooseAnswerProtocol(incoming, body) : undefined;
  if (protocol !== undefined) serveWebSocketAnswer(incoming, socket, head, body, protocol);
  else if (status !== 200) await refuseUpgrade(socket, response);
  else await refuseUpgrade(socket, respondStatus(statusError.badRequest('unable to upgrade: no protocol in common')));
}

function hangUp(target: StreamTarget): void {
  if (target.kind === 'session') target.session.close();
}

/** There is no ServerResponse for an upgrade: the answer is written by hand. */
async function refuseUpgrade(socket: TLSSocket, { status, headers, body }: HttpResponse): Promise<void> {
  const text = await readWhole(body);
  const head = formatHead(`${status} Refused`, {
    ...headers,
    'content-length': String(text.length),
    connection: 'close',
  });
  socket.write(head);
  socket.end(text);
}

/** Refusals are short, but for what a backend refuses with, which is read to its end. */
async function readWhole(body: HttpBody): Promise<Buffer> {
  if (typeof body === 'string') return Buffer.from(body);
  if (body.kind === 'binary') return Buffer.from(body.bytes);
  if (body.kind !== 'bytes') return Buffer.alloc(0);
  const chunks: Uint8Array[] = [];
  try {
    for await (const chunk of body.source) chunks.push(chunk);
  } catch {
    // Broken off by the backend: what there is of its words is passed on.
  }
  return Buffer.concat(chunks);
}
