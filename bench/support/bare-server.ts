/**
 * The machine's own limit: Node's HTTPS server that answers a GET with 3 KB that lie ready, and a POST after parsing it,
 * encoding it again and appending it to a file, synced once for all that arrived meanwhile. No Kubernetes in it.
 */
import { fdatasync, mkdtempSync, openSync, rmSync, write } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureClusterPki } from '../../src/drivers/tls/index.ts';
import { serveMeasurements } from './measured-server.ts';

const directory = mkdtempSync(join(tmpdir(), 'sampan-bare-'));
const pki = ensureClusterPki({ directory, nowMs: Date.now() });
const file = openSync(join(directory, 'log'), 'a');
const answer = JSON.stringify({ text: 'x'.repeat(3000) });

let waiting: { readonly line: string; readonly done: () => void }[] = [];
let isWriting = false;

function append(line: string, done: () => void): void {
  waiting.push({ line, done });
  if (!isWriting) writeGroup();
}

function writeGroup(): void {
  const group = waiting;
  waiting = [];
  isWriting = true;
  const failOn = (error: Error | null): void => {
    if (error !== null) throw error;
  };
  write(file, group.map(({ line }) => line).join('\n'), error => {
    failOn(error);
    fdatasync(file, syncError => {
      failOn(syncError);
      isWriting = false;
      for (const { done } of group) done();
      if (waiting.length > 0) writeGroup();
    });
  });
}

const { certificate, privateKey } = pki.server;
const server = createServer(
  { cert: certificate, key: privateKey, ca: pki.authority.certificate, requestCert: true },
  (request, response) => {
    if (request.method === 'GET') {
      response.setHeader('Content-Length', answer.length);
      response.end(answer);
      return;
    }
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const text = JSON.stringify(JSON.parse(Buffer.concat(chunks).toString()));
      append(text, () => {
        response.statusCode = 201;
        response.setHeader('Content-Length', Buffer.byteLength(text));
        response.end(text);
      });
    });
  },
);
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo;
  serveMeasurements(
    { port, ca: pki.authority.certificate, cert: pki.admin.certificate, key: pki.admin.privateKey },
    async () => rmSync(directory, { recursive: true }),
  );
});
