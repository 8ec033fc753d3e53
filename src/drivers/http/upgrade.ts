import type { IncomingMessage } from 'node:http';
import type { TLSSocket } from 'node:tls';
import { type ApiHandler, type HttpResponse, respondStatus, type StreamTarget } from '../../apiserver/http/index.ts';
import { statusError } from '../../machinery/index.ts';
import { toHttpRequest } from './http1-exchange.ts';
import { chooseSpdyProtocol, serveSpdy } from './spdy-upgrade.ts';
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
    refuseUpgrade(socket, answer.refusal);
    return;
  }
  const { target } = answer;
  const upgrade = (incoming.headers.upgrade ?? '').toLowerCase();
  const isWebSocket = upgrade === 'websocket';
  const protocol = isWebSocket ? chooseWebSocketProtocol(incoming, target) : chooseSpdyProtocol(incoming, target);
  if (protocol === undefined || (!isWebSocket && upgrade !== 'spdy/3.1')) {
    hangUp(target);
    refuseUpgrade(socket, respondStatus(statusError.badRequest('unable to upgrade: no protocol in common')));
  } else if (isWebSocket) serveWebSocket(incoming, socket, head, target, protocol);
  else serveSpdy(socket, head, target, protocol);
}

function hangUp(target: StreamTarget): void {
  if (target.kind === 'session') target.session.close();
}

/** There is no ServerResponse for an upgrade: the answer is written by hand. */
function refuseUpgrade(socket: TLSSocket, response: HttpResponse): void {
  const body = typeof response.body === 'string' ? response.body : '';
  const lines = [`HTTP/1.1 ${response.status} Refused`];
  for (const [name, value] of Object.entries(response.headers)) {
    for (const one of typeof value === 'string' ? [value] : value) lines.push(`${name}: ${one}`);
  }
  lines.push(`content-length: ${Buffer.byteLength(body)}`, 'connection: close', '', body);
  socket.end(lines.join('\r\n'));
}
