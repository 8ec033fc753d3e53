import type { Node, Pod, Service } from '../../api/generated/index.ts';
import { type KubeObject, StatusError, statusError } from '../../machinery/index.ts';
import type { Random } from '../../world/index.ts';
import type { NodeConnections } from '../core-contract.ts';
import type { HttpRequest, HttpResponse } from '../http/http-message.ts';
import { readHeader } from '../http/http-message.ts';
import type { RequestInfo } from '../http/request-info.ts';
import { methodNotAllowedError } from '../http/status-response.ts';
import type { ObjectView } from '../object-view.ts';
import { type Forwarding, formatHost, forwardUpgrade, passBack, toBackendRequest } from './forward.ts';
import { isKubelet, locateNode } from './node-backend.ts';
import { locatePod, unreachable } from './pod-backend.ts';
import { type ProxiedName, readProxiedName } from './proxied-name.ts';
import { encodePath, joinRest, prefixOf } from './proxied-path.ts';
import { passBackHeaders, passOnHeaders, passOnUpgradeHeaders } from './proxy-headers.ts';
import type { Backend, BackendResponse, BodyEncoding, ReverseProxy, UpgradeOutcome } from './reverse-proxy.ts';
import { type ProxiedPage, rewriteLink } from './rewrite-link.ts';
import { rewritePage } from './rewrite-page.ts';
import { type LocatedBackend, locateService } from './service-backend.ts';

export interface SubresourceProxyOptions {
  readonly view: ObjectView;
  readonly random: Random;
  readonly reverseProxy: ReverseProxy;
  /** How kubelets are reached; without it nobody listens on any node. */
  readonly nodes?: NodeConnections | undefined;
}

/** A request to `pods|services|nodes/NAME/proxy/…` that has been authorized. */
export interface ProxiedRequest {
  readonly http: HttpRequest;
  readonly info: RequestInfo;
  readonly asked: ProxiedName;
  /** The pod, service or node; absent for a Service that is none, which may have Endpoints all the same. */
  readonly object: KubeObject | undefined;
}

const methods: ReadonlySet<string> = new Set(['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS']);
const proxied: ReadonlySet<string> = new Set(['pods', 'services', 'nodes']);
const encodings: ReadonlySet<string> = new Set(['', 'gzip', 'deflate']);

/** Whether a request is one for the proxy. */
export function isProxyRequest({ group, resource, name, subresource, verb }: RequestInfo): boolean {
  return subresource === 'proxy' && group === '' && name !== '' && proxied.has(resource) && verb !== 'proxy';
}

/** What the request's name says. Throws 400 for one that says nothing, 405 for a method that is not proxied. */
export function readProxiedRequest(method: string, { resource, name }: RequestInfo): ProxiedName {
  if (!methods.has(method)) throw methodNotAllowedError();
  const asked = readProxiedName(name);
  if (asked === undefined) throw statusError.badRequest(`invalid ${resource.slice(0, -1)} request "${name}"`);
  return asked;
}

/**
 * The `proxy` subresources: leads a request to a pod, to one of a Service's pods, to a node's kubelet or another port of
 * it. Kubernetes: `UpgradeAwareHandler` of `apimachinery/pkg/util/proxy`.
 */
export class SubresourceProxy {
  readonly #options: SubresourceProxyOptions;

  constructor(options: SubresourceProxyOptions) {
    this.#options = options;
  }

  async respond(request: ProxiedRequest): Promise<HttpResponse> {
    const { http, info } = request;
    const path = pathOf(request);
    if (path === '' && (http.method === 'GET' || http.method === 'HEAD')) return redirectToRoot(http);
    if (isKubeletRequest(request)) return this.#askKubelet(request, path);
    const page = { ...this.#locate(request), prefix: prefixOf(http.path, info.rest.length) };
    const response = await this.#send(request, page, path);
    return this.#rewrite(response, page, http);
  }

  async upgrade(request: ProxiedRequest): Promise<UpgradeOutcome> {
    const { http } = request;
    const { backend } = this.#locate(request);
    const target = withQuery(encodePath(pathOf(request) || '/'), http.query);
    const headers = passOnUpgradeHeaders(http.headers, http.sourceAddress);
    try {
      return await forwardUpgrade(this.#options.reverseProxy, { http, backend, target, headers });
    } catch (error) {
      throw new StatusError('InternalError', (error as Error).message);
    }
  }

  /** Throws for what is nowhere, or where nothing can be reached. */
  #locate(request: ProxiedRequest): { readonly backend: Backend } {
    const located = this.#find(request);
    const { backend, nodeName } = located;
    if (nodeName === undefined || this.#options.nodes?.hasNetwork?.(nodeName) !== false) return located;
    throw unreachable(`dial tcp ${formatHost(backend)}: connect: no route to host`);
  }

  #find({ info, asked, object }: ProxiedRequest): LocatedBackend {
    const { view, random } = this.#options;
    switch (info.resource) {
      case 'pods':
        return { backend: locatePod(object as Pod, asked), nodeName: (object as Pod).spec?.nodeName };
      case 'services': {
        const service = object as Service | undefined;
        return locateService(view, random, { namespace: info.namespace, service, asked, id: info.name });
      }
      default:
        return { backend: locateNode(object as Node, asked) };
    }
  }

  async #send({ http }: ProxiedRequest, { backend, prefix }: Page, path: string): Promise<BackendResponse> {
    const encoded = encodePath(path || '/');
    const headers = {
      ...passOnHeaders(http.headers, http.sourceAddress),
      host: hostOf(http),
      'x-forwarded-uri': `${encodePath(prefix)}${encoded}`,
    };
    const forwarding: Forwarding = { http, backend, target: withQuery(encoded, http.query), headers };
    try {
      return await this.#options.reverseProxy.send(toBackendRequest(forwarding));
    } catch (error) {
      throw unreachable((error as Error).message);
    }
  }

  async #rewrite(response: BackendResponse, { backend, prefix }: Page, http: HttpRequest): Promise<HttpResponse> {
    const page: ProxiedPage = { prefix, backendHost: formatHost(backend), requestHost: hostOf(http) };
    const headers = passBackHeaders(response.headers);
    const location = readHeader(headers, 'location');
    if (location !== undefined && location !== '') {
      return passBack({ ...response, headers: { ...headers, location: rewriteLink(location, page) } });
    }
    const encoding = readHeader(headers, 'content-encoding') ?? '';
    if (!isPage(headers) || !encodings.has(encoding) || http.method === 'HEAD') {
      return passBack({ ...response, headers });
    }
    const { reverseProxy } = this.#options;
    const html = await reverseProxy.readText(response.body, encoding as BodyEncoding);
    const bytes = await reverseProxy.encodeText(rewritePage(html, page), encoding as BodyEncoding);
    const { 'content-length': _, ...others } = headers;
    return { status: response.status, headers: others, body: { kind: 'binary', bytes } };
  }

  async #askKubelet({ http, object }: ProxiedRequest, path: string): Promise<HttpResponse> {
    const node = object as Node;
    const { method, query, signal } = http;
    const answer = await this.#options.nodes?.kubelet?.(node, { method, path: path || '/', query, signal });
    if (answer !== undefined) return answer;
    const { host, port } = locateNode(node, { scheme: 'https', name: '', port: '' });
    throw unreachable(`dial tcp ${formatHost({ host, port })}: connect: connection refused`);
  }
}

interface Page {
  readonly backend: Backend;
  readonly prefix: string;
}

function isKubeletRequest({ info, asked, object }: ProxiedRequest): boolean {
  return info.resource === 'nodes' && isKubelet(object as Node, asked);
}

/** At the backend, decoded; empty where the request stops right behind `proxy`. */
function pathOf({ http, info }: ProxiedRequest): string {
  return joinRest(info.rest, http.path.endsWith('/'));
}

/** Kubernetes: a page at `proxy` itself would take its relative links for the proxy's siblings. */
function redirectToRoot({ path, query }: HttpRequest): HttpResponse {
  return { status: 301, headers: { location: withQuery(`${path}/`, query) }, body: '' };
}

function hostOf({ headers }: HttpRequest): string {
  return readHeader(headers, 'host') ?? readHeader(headers, ':authority') ?? '';
}

function isPage(headers: Readonly<Record<string, string | readonly string[]>>): boolean {
  const type = readHeader(headers, 'content-type') ?? '';
  return type.split(';')[0]!.trim() === 'text/html';
}

function withQuery(path: string, query: string): string {
  return query === '' ? path : `${path}?${query}`;
}
