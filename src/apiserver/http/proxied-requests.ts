import { type KubeObject, StatusError } from '../../machinery/index.ts';
import type { UserInfo } from '../core-contract.ts';
import {
  isProxyRequest,
  type ProxiedName,
  type ProxiedRequest,
  passBack,
  readProxiedRequest,
  type SubresourceProxy,
  type UpgradeOutcome,
} from '../proxy/index.ts';
import type { HttpRequest, HttpResponse } from './http-message.ts';
import { parseQuery } from './query.ts';
import type { RequestCall } from './request-call.ts';
import { type RequestInfo, readRequestInfo } from './request-info.ts';
import { notFoundError } from './status-response.ts';

/** An upgraded connection whose other end is a backend: its answer and all bytes after it are passed back. */
export type Tunnel = Extract<UpgradeOutcome, { kind: 'switched' }>;

export interface ProxiedRequestMeans {
  /** Without it there are no `proxy` subresources. */
  readonly proxy: SubresourceProxy | undefined;
  /** Authorizes a request and finds the object of that name. */
  connect(info: RequestInfo, call: RequestCall, objectName: string): Promise<KubeObject>;
  /** Throws 403 unless the user may make the request. */
  authorize(info: RequestInfo, user: UserInfo): void;
}

/** The `proxy` subresources: may the sender do that, what is it about, and then on to `apiserver/proxy`. */
export class ProxiedRequests {
  readonly #means: ProxiedRequestMeans;

  constructor(means: ProxiedRequestMeans) {
    this.#means = means;
  }

  /** Whether a URL, with or without its query, is one of a `proxy` subresource. */
  static covers(url: string): boolean {
    if (!url.includes('/proxy')) return false;
    const info = readRequestInfo('GET', url.split('?', 1)[0]!, parseQuery(''));
    return info !== undefined && isProxyRequest(info);
  }

  async respond(http: HttpRequest, info: RequestInfo, call: RequestCall): Promise<HttpResponse> {
    const { proxy, request } = await this.#open(http, info, call);
    return proxy.respond(request);
  }

  async upgrade(
    http: HttpRequest,
    info: RequestInfo,
    call: RequestCall,
  ): Promise<{ readonly tunnel: Tunnel } | { readonly refusal: HttpResponse }> {
    const { proxy, request } = await this.#open(http, info, call);
    const outcome = await proxy.upgrade(request);
    return outcome.kind === 'switched' ? { tunnel: outcome } : { refusal: passBack(outcome.response) };
  }

  async #open(
    http: HttpRequest,
    info: RequestInfo,
    call: RequestCall,
  ): Promise<{ readonly proxy: SubresourceProxy; readonly request: ProxiedRequest }> {
    const { proxy } = this.#means;
    if (proxy === undefined) throw notFoundError();
    const asked = this.#readName(http, info, call);
    return { proxy, request: { http, info, asked, object: await this.#find(info, call, asked) } };
  }

  /** Whoever may not do it is told so, whatever is wrong with the request. */
  #readName({ method }: HttpRequest, info: RequestInfo, call: RequestCall): ProxiedName {
    try {
      return readProxiedRequest(method, info);
    } catch (error) {
      this.#means.authorize(info, call.user);
      throw error;
    }
  }

  /** Kubernetes: a Service is looked at for its ports only; Endpoints of that name may be there without it. */
  async #find(info: RequestInfo, call: RequestCall, asked: ProxiedName): Promise<KubeObject | undefined> {
    try {
      return await this.#means.connect(info, call, asked.name);
    } catch (error) {
      if (info.resource === 'services' && StatusError.is(error, 'NotFound')) return undefined;
      throw error;
    }
  }
}
