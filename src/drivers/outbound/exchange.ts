import type { ClientRequest, IncomingMessage } from 'node:http';
import { type Agent, request as startRequest } from 'node:https';
import type { OutboundRequest, OutboundResponse } from '../../apiserver/index.ts';

/** One request and its whole answer, within the request's time: connecting, waiting and reading together. */
export async function exchange(
  request: OutboundRequest,
  url: URL,
  connect: { readonly host: string; readonly port: number },
  agent: Agent,
): Promise<OutboundResponse> {
  const deadline = new AbortController();
  const timer = setTimeout(() => deadline.abort(), request.timeoutMs);
  try {
    const response = await begin(request, url, connect, agent, deadline.signal);
    return {
      status: response.statusCode ?? 0,
      headers: flatten(response.headers),
      body: await readText(response),
    };
  } catch (error) {
    if (deadline.signal.aborted) throw new Error('context deadline exceeded', { cause: error });
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

async function begin(
  request: OutboundRequest,
  url: URL,
  connect: { readonly host: string; readonly port: number },
  agent: Agent,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  for (;;) {
    const outgoing = start(request, url, connect, agent, signal);
    try {
      return await untilAnswered(outgoing, request.body);
    } catch (error) {
      // The server gave up a kept connection just when we began to use it; it has not seen the request.
      if (!outgoing.reusedSocket || signal.aborted || !isBrokenConnection(error as Error)) throw error;
    }
  }
}

function start(
  { method, headers, body }: OutboundRequest,
  url: URL,
  connect: { readonly host: string; readonly port: number },
  agent: Agent,
  signal: AbortSignal,
): ClientRequest {
  return startRequest({
    host: connect.host,
    port: connect.port,
    path: url.pathname + url.search,
    method,
    headers: {
      ...headers,
      host: url.host,
      ...(body === undefined ? {} : { 'content-length': Buffer.byteLength(body) }),
    },
    agent,
    signal,
  });
}

function untilAnswered(outgoing: ClientRequest, body: string | undefined): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    outgoing.on('response', resolve);
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

function isBrokenConnection(error: Error): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ECONNRESET' || code === 'EPIPE';
}

async function readText(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

function flatten(headers: IncomingMessage['headers']): Record<string, string> {
  const flat: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) flat[name] = typeof value === 'string' ? value : value.join(', ');
  }
  return flat;
}
