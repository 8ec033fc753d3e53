import type { ByteSource } from '../core-contract.ts';
import type { HttpRequest, HttpResponse } from '../http/http-message.ts';
import { once } from '../streaming/index.ts';
import type { Backend, BackendRequest, BackendResponse, ReverseProxy, UpgradeOutcome } from './reverse-proxy.ts';

/** A client's request on its way to a backend. */
export interface Forwarding {
  readonly http: HttpRequest;
  readonly backend: Backend;
  /** Path and query at the backend. */
  readonly target: string;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
}

export function toBackendRequest({ http, backend, target, headers }: Forwarding): BackendRequest {
  return { backend, method: http.method, target, headers, body: bodyOf(http), signal: http.signal };
}

/** The answer as the client gets it: status, headers and body as they are. */
export function passBack({ status, headers, body }: BackendResponse): HttpResponse {
  return { status, headers, body: { kind: 'bytes', source: body } };
}

/** Asks for another protocol; rejects as `ReverseProxy` does, and with an error for an answer that makes no sense. */
export async function forwardUpgrade(proxy: ReverseProxy, forwarding: Forwarding): Promise<UpgradeOutcome> {
  let outcome: UpgradeOutcome;
  try {
    outcome = await proxy.upgrade(toBackendRequest(forwarding));
  } catch (error) {
    throw new Error(`error dialing backend: ${(error as Error).message}`, { cause: error });
  }
  // Kubernetes: what a backend refuses with is passed on; a success that is no upgrade is nothing to a client.
  if (outcome.kind === 'switched' || outcome.response.status >= 400) return outcome;
  throw new Error(`invalid upgrade response: status code ${outcome.response.status}`);
}

function bodyOf({ bodySource, body }: HttpRequest): ByteSource | undefined {
  if (bodySource !== undefined || body === undefined) return bodySource;
  return once(body);
}

/** `10.0.0.1:80`, `[fd00::1]:443`. */
export function formatHost({ host, port }: Pick<Backend, 'host' | 'port'>): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}
