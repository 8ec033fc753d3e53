import { StatusError } from '../../machinery/index.ts';
import type { World } from '../../world/index.ts';
import type { UserInfo } from '../core-contract.ts';
import type { HttpRequest, HttpResponse } from '../http/http-message.ts';
import type { RequestInfo } from '../http/request-info.ts';
import { respondText } from '../http/status-response.ts';
import {
  type Backend,
  type Forwarding,
  formatHost,
  forwardUpgrade,
  passBack,
  passBackHeaders,
  passOnHeaders,
  passOnUpgradeHeaders,
  toBackendRequest,
  type UpgradeOutcome,
} from '../proxy/index.ts';
import { Deadline } from './deadline.ts';
import type { RemoteApi } from './remote-api.ts';
import type { RemoteCalls } from './remote-calls.ts';
import { userHeaders } from './user-headers.ts';

/**
 * Passes requests on to aggregated servers, telling them whose they are. The sender may make them: that has been
 * decided. Kubernetes: kube-aggregator's `proxyHandler`, whose own failures are plain text.
 */
export class RemoteRequests {
  readonly #world: World;
  readonly #calls: RemoteCalls;

  constructor(world: World, calls: RemoteCalls) {
    this.#world = world;
    this.#calls = calls;
  }

  /** `timeoutMs`: how long the answer may take to begin. Throws 504 when it takes longer. */
  async respond(api: RemoteApi, http: HttpRequest, { info, user, timeoutMs }: RemoteRequest): Promise<HttpResponse> {
    // Kubernetes: what a server serves is a cheap question that many clients ask first: it must not keep them waiting.
    const limitMs = info.isResourceRequest ? timeoutMs : discoveryTimeoutMs;
    if (!Number.isFinite(limitMs)) return this.#pass(api, http, user);
    const deadline = new Deadline(this.#world.clock, limitMs, http.signal);
    try {
      const response = await this.#pass(api, { ...http, signal: deadline }, user, deadline);
      if (deadline.hasExpired && info.isResourceRequest) throw timedOut();
      return response;
    } finally {
      deadline.clear();
    }
  }

  async #pass(api: RemoteApi, http: HttpRequest, user: UserInfo, deadline?: Deadline): Promise<HttpResponse> {
    const backend = this.#locate(api);
    if (backend === undefined) return respondText(503, 'service unavailable\n');
    const headers = {
      ...passOnHeaders(http.headers, http.sourceAddress),
      ...userHeaders(user),
      host: formatHost(backend),
      'x-forwarded-host': formatHost(backend),
      'x-forwarded-proto': 'https',
      'x-forwarded-uri': http.path,
    };
    try {
      const forwarding: Forwarding = { http, backend, target: targetOf(http), headers };
      const response = await this.#calls.reverseProxy.send(toBackendRequest(forwarding));
      if (isRedirect(response)) {
        await closeBody(response.body);
        return { status: 502, headers: {}, body: redirectText };
      }
      return passBack({ ...response, headers: passBackHeaders(response.headers) });
    } catch (error) {
      const why = deadline?.hasExpired === true ? deadline.reason : (error as Error);
      return respondText(503, `error trying to reach service: ${why.message}\n`);
    }
  }

  async upgrade(
    api: RemoteApi,
    http: HttpRequest,
    user: UserInfo,
  ): Promise<UpgradeOutcome | { readonly kind: 'refused'; readonly response: HttpResponse }> {
    const backend = this.#locate(api);
    if (backend === undefined) return { kind: 'refused', response: respondText(503, 'service unavailable\n') };
    const headers = {
      ...passOnUpgradeHeaders(http.headers, http.sourceAddress),
      ...userHeaders(user),
      host: formatHost(backend),
    };
    try {
      return await forwardUpgrade(this.#calls.reverseProxy, { http, backend, target: targetOf(http), headers });
    } catch (error) {
      return { kind: 'refused', response: respondText(503, `${(error as Error).message}\n`) };
    }
  }

  #locate(api: RemoteApi): Backend | undefined {
    if (!api.isAvailable) return undefined;
    try {
      return this.#calls.locate(api);
    } catch (error) {
      if (!(error instanceof StatusError)) throw error;
      // Kubernetes: why is for the log alone.
      this.#world.log.child('aggregator').warn('no way to an aggregated server', {
        apiService: api.name,
        error: error.message,
      });
      return undefined;
    }
  }
}

/** What is known of a request besides what came. */
export interface RemoteRequest {
  readonly info: RequestInfo;
  readonly user: UserInfo;
  readonly timeoutMs: number;
}

function timedOut(): StatusError {
  return new StatusError('Timeout', 'Timeout: request did not complete within the allotted timeout', {});
}

const discoveryTimeoutMs = 5000;
const redirectText = 'the backend attempted to redirect this request, which is not permitted';

function targetOf({ path, query }: HttpRequest): string {
  return query === '' ? path : `${path}?${query}`;
}

/** Kubernetes: `--aggregator-reject-forwarding-redirect`, which is on: a server must not lead clients elsewhere. */
function isRedirect({ status, headers }: Pick<HttpResponse, 'status' | 'headers'>): boolean {
  return status >= 300 && status <= 399 && (headers['location'] ?? '') !== '';
}

async function closeBody(body: AsyncIterable<Uint8Array>): Promise<void> {
  // Begun, so that leaving the loop ends it.
  for await (const _ of body) break;
}
