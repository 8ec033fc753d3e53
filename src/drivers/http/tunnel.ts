import type { TLSSocket } from 'node:tls';
import type { Tunnel } from '../../apiserver/http/index.ts';
import type { ByteDuplex, ByteSource } from '../../apiserver/index.ts';
import { waitForDrain } from './body-writer.ts';

/** Passes a backend's agreement to switch protocols back, then bytes both ways until either side has ended. */
export async function serveTunnel(socket: TLSSocket, head: Buffer, { response, connection }: Tunnel): Promise<void> {
  socket.write(formatHead('101 Switching Protocols', response.headers));
  // What the client has sent early.
  if (head.length > 0) socket.unshift(head);
  // Kubernetes: the first side to end ends both.
  await Promise.race([copyToBackend(socket, connection), copyToClient(connection.source, socket)]);
  connection.close();
  socket.end();
}

/** A response's first lines. */
export function formatHead(status: string, headers: Readonly<Record<string, string | readonly string[]>>): string {
  const lines = [`HTTP/1.1 ${status}`];
  for (const [name, value] of Object.entries(headers)) {
    for (const one of typeof value === 'string' ? [value] : value) lines.push(`${name}: ${one}`);
  }
  return `${lines.join('\r\n')}\r\n\r\n`;
}

async function copyToBackend(socket: TLSSocket, { sink }: ByteDuplex): Promise<void> {
  try {
    for await (const chunk of socket.iterator({ destroyOnReturn: false })) await sink.write(chunk as Buffer);
  } catch {
    // Either side may hang up at any time; then the other is hung up on.
  }
}

async function copyToClient(source: ByteSource, socket: TLSSocket): Promise<void> {
  try {
    for await (const chunk of source) {
      if (socket.destroyed) return;
      if (!socket.write(chunk)) await waitForDrain(socket);
    }
  } catch {
    // As above.
  }
}
