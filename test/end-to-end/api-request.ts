import type { IncomingHttpHeaders } from 'node:http';
import { request as startRequest } from 'node:https';
import { readKubeconfig } from '../../src/drivers/tls/index.ts';

export interface ApiAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** The text as JSON; undefined where it is none. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape
  readonly body: any;
}

export interface ApiRequestOptions {
  readonly body?: string | object;
  /** Default `application/json`. */
  readonly contentType?: string;
  /** Instead of the kubeconfig's client certificate. */
  readonly token?: string;
}

/** One request with the credentials of a kubeconfig, as any HTTPS client would make it. */
export async function requestApi(
  kubeconfig: string,
  method: string,
  path: string,
  { body, contentType = 'application/json', token }: ApiRequestOptions = {},
): Promise<ApiAnswer> {
  const connection = await readKubeconfig(kubeconfig);
  const identity = token === undefined ? { cert: connection.clientCertificate, key: connection.clientKey } : {};
  const headers = {
    ...(body === undefined ? {} : { 'content-type': contentType }),
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
  };
  const url = new URL(path, connection.server);
  return new Promise((resolve, reject) => {
    const outgoing = startRequest(url, {
      method,
      headers,
      agent: false,
      ca: connection.certificateAuthority,
      ...identity,
    });
    outgoing.on('error', reject);
    outgoing.on('response', response => {
      const chunks: Buffer[] = [];
      response.on('data', chunk => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8');
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text, body: parse(text) });
      });
    });
    outgoing.end(typeof body === 'object' ? JSON.stringify(body) : body);
  });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // A log, a metric, a plain "ok".
    return undefined;
  }
}
