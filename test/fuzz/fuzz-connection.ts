import type { IncomingMessage, Agent as PlainAgent } from 'node:http';
import { Agent, request as startRequest } from 'node:https';
import { connect } from 'node:tls';
import type { Connection } from '../../src/drivers/tls/index.ts';
import type { FuzzAnswer, FuzzRequest } from './fuzz-request.ts';

const nothing = Buffer.alloc(0);
/** More than any answer that a fuzzed server has reason to give. */
const bodyBytesMax = 256 * 1024 * 1024;

/** Sends what it is given, right or wrong, and never rejects. Several requests may be under way, each on a connection. */
export class FuzzConnection {
  readonly #url: URL;
  readonly #agent: Agent;
  readonly #tls: { readonly ca?: string; readonly cert?: string; readonly key?: string };
  readonly #token: string | undefined;
  /** How long an answer may take before it counts as lost. */
  readonly #limitMs: number;

  constructor(connection: Connection, limitMs: number) {
    this.#url = new URL(connection.server);
    this.#limitMs = limitMs;
    this.#token = connection.token;
    this.#tls = {
      ...(connection.certificateAuthority === undefined ? {} : { ca: connection.certificateAuthority }),
      ...(connection.clientCertificate === undefined ? {} : { cert: connection.clientCertificate }),
      ...(connection.clientKey === undefined ? {} : { key: connection.clientKey }),
    };
    this.#agent = new Agent({ keepAlive: true, ...this.#tls });
  }

  send(request: FuzzRequest): Promise<FuzzAnswer> {
    return request.isRaw === true ? this.#sendRaw(request) : this.#sendWhole(request);
  }

  close(): void {
    this.#agent.destroy();
  }

  #sendWhole(request: FuzzRequest): Promise<FuzzAnswer> {
    const started = performance.now();
    return new Promise(resolve => {
      const chunks: Buffer[] = [];
      let response: IncomingMessage | undefined;
      let isOver = false;
      const finish = (outcome: FuzzAnswer['outcome'], error?: string): void => {
        if (isOver) return;
        isOver = true;
        for (const timer of timers) clearTimeout(timer);
        resolve({
          status: response?.statusCode ?? 0,
          headers: response?.headers ?? {},
          body: Buffer.concat(chunks),
          outcome,
          error,
          tookMs: performance.now() - started,
        });
        if (outcome !== 'whole') outgoing.destroy();
      };
      const outgoing = this.#start(request);
      const { abortAfterMs, readForMs } = request;
      const timers = [setTimeout(() => finish('lost', `no answer within ${this.#limitMs} ms`), this.#limitMs)];
      if (abortAfterMs !== undefined) timers.push(setTimeout(() => finish('cut'), abortAfterMs));
      outgoing.on('error', error => finish('lost', error.message));
      outgoing.on('upgrade', (answer, socket) => {
        response = answer;
        socket.destroy();
        finish('whole');
      });
      outgoing.on('response', answer => {
        response = answer;
        let bytes = 0;
        if (readForMs !== undefined) timers.push(setTimeout(() => finish('cut'), readForMs));
        answer.on('data', (chunk: Buffer) => {
          bytes += chunk.length;
          if (bytes <= bodyBytesMax) chunks.push(chunk);
        });
        answer.on('error', error => finish('lost', error.message));
        answer.on('end', () => finish('whole'));
      });
      outgoing.end(request.body);
    });
  }

  #start(request: FuzzRequest): ReturnType<typeof startRequest> {
    const { hostname: host, port } = this.#url;
    const headers: Record<string, string | readonly string[]> = { 'user-agent': 'sampan-fuzz', ...request.headers };
    if (this.#token !== undefined) headers['authorization'] ??= `Bearer ${this.#token}`;
    const isChunked = headers['transfer-encoding'] !== undefined;
    if (request.body !== undefined && !isChunked) headers['content-length'] ??= String(request.body.length);
    return startRequest({
      host,
      port,
      path: request.path,
      method: request.method,
      headers: headers as Record<string, string | string[]>,
      agent: this.#agent satisfies PlainAgent,
    });
  }

  /** One request on a socket of its own, whatever its bytes say; what comes back is taken apart only as far as its status. */
  #sendRaw(request: FuzzRequest): Promise<FuzzAnswer> {
    const started = performance.now();
    const { hostname: host, port } = this.#url;
    return new Promise(resolve => {
      const chunks: Buffer[] = [];
      const socket = connect({ host, port: Number(port), ALPNProtocols: ['http/1.1'], ...this.#tls });
      const finish = (outcome: FuzzAnswer['outcome'], error?: string): void => {
        clearTimeout(timer);
        socket.destroy();
        resolve({ ...splitMessage(Buffer.concat(chunks)), outcome, error, tookMs: performance.now() - started });
      };
      const timer = setTimeout(() => finish('lost', `no answer within ${this.#limitMs} ms`), this.#limitMs);
      socket.once('secureConnect', () => socket.write(formatMessage(request, host)));
      socket.on('data', (chunk: Buffer) => chunks.push(chunk));
      socket.once('end', () => finish('whole'));
      socket.once('error', error => finish('lost', error.message));
    });
  }
}

function formatMessage({ method, path, headers, body = nothing }: FuzzRequest, host: string): Buffer {
  const lines = Object.entries(headers).flatMap(([name, value]) =>
    (typeof value === 'string' ? [value] : value).map(one => `${name}: ${one}\r\n`),
  );
  const head = `${method} ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\nContent-Length: ${body.length}\r\n`;
  return Buffer.concat([Buffer.from(`${head}${lines.join('')}\r\n`, 'utf8'), body]);
}

function splitMessage(message: Buffer): Pick<FuzzAnswer, 'status' | 'headers' | 'body'> {
  const end = message.indexOf('\r\n\r\n');
  const head = message.toString('latin1', 0, Math.max(0, end)).split('\r\n');
  const headers = Object.fromEntries(
    head.slice(1).map(line => [line.split(':')[0]!.toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]),
  );
  return { status: Number(head[0]?.slice(9, 12) ?? 0), headers, body: message.subarray(end + 4) };
}
