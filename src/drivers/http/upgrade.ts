import type { IncomingMessage } from 'node:http';
import type { TLSSocket } from 'node:tls';
import type { ApiHandler, HttpResponse } from '../../apiserver/http/index.ts';
import { toHttpRequest } from './http1-exchange.ts';

/** Joins an upgraded connection with what the request asks for, or answers it as any other request. Never rejects. */
export async function serveUpgrade(
  handler: ApiHandler,
  incoming: IncomingMessage,
  socket: TLSSocket,
  head: Buffer,
): Promise<void> {
  void head;
  const answer = await handler.upgrade(toHttpRequest(incoming, undefined));
  if ('refusal' in answer) refuseUpgrade(socket, answer.refusal);
  else socket.destroy();
}

/** There is no ServerResponse for an upgrade: the answer is written by hand. */
export function refuseUpgrade(socket: TLSSocket, response: HttpResponse): void {
  const body = typeof response.body === 'string' ? response.body : '';
  const lines = [`HTTP/1.1 ${response.status} ${statusText(response.status)}`];
  for (const [name, value] of Object.entries(response.headers)) {
    for (const one of typeof value === 'string' ? [value] : value) lines.push(`${name}: ${one}`);
  }
  lines.push(`content-length: ${Buffer.byteLength(body)}`, 'connection: close', '', body);
  socket.end(lines.join('\r\n'));
}

function statusText(status: number): string {
  return status < 500 ? 'Refused' : 'Failed';
}
