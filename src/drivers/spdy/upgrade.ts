import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { loadHttp } from '../load-http.ts';
import { SpdyConnection } from './spdy-connection.ts';

/** The streaming server would not switch to SPDY: its status and words. */
export class UpgradeRefusal extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.name = 'UpgradeRefusal';
    this.status = status;
  }
}

/** Asks an http server to speak SPDY/3.1, offering `protocols` for what the streams mean, the best first. */
export function connectSpdy(
  url: string,
  protocols: readonly string[],
): Promise<{ readonly connection: SpdyConnection; readonly protocol: string }> {
  return new Promise((resolve, reject) => {
    const call = loadHttp().request(url, {
      method: 'POST',
      headers: {
        Connection: 'Upgrade',
        Upgrade: 'SPDY/3.1',
        'X-Stream-Protocol-Version': [...protocols],
        'Content-Length': 0,
      },
    });
    call.on('upgrade', (answer: IncomingMessage, socket: Duplex, head: Buffer) => {
      const connection = new SpdyConnection(socket, { role: 'client' }, head);
      resolve({ connection, protocol: String(answer.headers['x-stream-protocol-version'] ?? protocols[0]) });
    });
    call.on('response', answer => {
      const parts: Buffer[] = [];
      answer.on('data', (part: Buffer) => parts.push(part));
      answer.on('end', () => {
        const text = Buffer.concat(parts).toString('utf8').trim();
        reject(new UpgradeRefusal(answer.statusCode ?? 0, text || `unexpected status ${answer.statusCode}`));
      });
    });
    call.on('error', reject);
    call.end();
  });
}
