import { encodeBody, formatUrl, methods, toStatusError, WatchLines } from '../../client/http/index.ts';
import type { ResourceRequest, Transport, Watch, WatchSink } from '../../client/index.ts';
import { type KubeObject, StatusError } from '../../machinery/index.ts';
import type { AbortSignalLike, World } from '../../world/index.ts';
import { forbiddenError } from '../auth/forbidden.ts';
import type { AuthorizationAttributes, Authorizer, UserInfo } from '../core-contract.ts';
import { formatHost } from '../proxy/index.ts';
import type { RemoteApi } from './remote-api.ts';
import type { RemoteApis } from './remote-apis.ts';
import type { RemoteCalls } from './remote-calls.ts';
import { userHeaders } from './user-headers.ts';

export interface RemoteTransportOptions {
  readonly world: World;
  readonly apis: RemoteApis;
  readonly calls: RemoteCalls;
  readonly authorizer: Authorizer;
}

/** Kubernetes: how long a request that is no watch may take. */
const requestTimeoutMs = 60_000;

/**
 * For components of this process that work on every kind there is: a transport that takes requests for other servers'
 * groups to those servers, authorized here as any other, and all others to `local`.
 */
export class RemoteTransport implements Transport {
  readonly #options: RemoteTransportOptions;
  readonly #local: Transport;
  readonly #user: UserInfo;

  constructor(options: RemoteTransportOptions, local: Transport, user: UserInfo) {
    this.#options = options;
    this.#local = local;
    this.#user = user;
  }

  request(request: ResourceRequest): Promise<KubeObject> {
    const api = this.#find(request);
    return api === undefined ? this.#local.request(request) : this.#request(api, request);
  }

  watch(request: ResourceRequest, sink: WatchSink): Watch {
    const api = this.#find(request);
    if (api === undefined) return this.#local.watch(request, sink);
    const lines = new WatchLines(sink);
    const stop = new Stop();
    this.#options.world.tasks.spawn(`watch ${api.name}`, () => this.#runWatch(api, request, lines, stop));
    return {
      cancel: () => {
        lines.mute();
        stop.now();
      },
    };
  }

  #find({ type }: ResourceRequest): RemoteApi | undefined {
    const { apis } = this.#options;
    return apis.isEmpty ? undefined : apis.find(type.group, type.version);
  }

  async #request(api: RemoteApi, request: ResourceRequest): Promise<KubeObject> {
    this.#authorize(request);
    const { calls } = this.#options;
    const body = encodeBody(request);
    const backend = this.#locate(api);
    const answer = await calls
      .call(backend, {
        method: methods[request.verb],
        path: formatUrl(request),
        user: this.#user,
        headers: { accept: 'application/json', ...(body === undefined ? {} : { 'content-type': body.contentType }) },
        body: body?.text,
        timeoutMs: requestTimeoutMs,
      })
      .catch(cannotReach);
    if (answer.status < 200 || answer.status > 299) throw toStatusError(answer.status, answer.text);
    return JSON.parse(answer.text) as KubeObject;
  }

  async #runWatch(api: RemoteApi, request: ResourceRequest, lines: WatchLines, stop: Stop): Promise<void> {
    try {
      this.#authorize(request);
      const { reverseProxy } = this.#options.calls;
      const backend = this.#locate(api);
      const { status, body } = await reverseProxy
        .send({
          backend,
          method: 'GET',
          target: formatUrl({ ...request, verb: 'watch' }),
          headers: { host: formatHost(backend), accept: 'application/json', ...userHeaders(this.#user) },
          signal: stop,
        })
        .catch(cannotReach);
      if (status !== 200) lines.end(toStatusError(status, await reverseProxy.readText(body, '')));
      for await (const text of reverseProxy.streamText(body)) lines.push(text);
      lines.end();
    } catch (error) {
      lines.end(error as Error);
    }
  }

  #authorize({ verb, type, subresource = '', namespace = '', name = '' }: ResourceRequest): void {
    const { group, version, resource } = type;
    const user = this.#user;
    const attributes: AuthorizationAttributes = { user, verb, group, version, resource, subresource, namespace, name };
    const decision = this.#options.authorizer.authorize(attributes);
    if (!decision.allowed) throw forbiddenError(attributes, decision.reason);
  }

  #locate(api: RemoteApi): ReturnType<RemoteCalls['locate']> {
    if (api.isAvailable) return this.#options.calls.locate(api);
    throw new StatusError('ServiceUnavailable', 'service unavailable');
  }
}

function cannotReach(error: Error): never {
  throw new StatusError('ServiceUnavailable', `error trying to reach service: ${error.message}`);
}

/** Aborts when it is told to. */
class Stop implements AbortSignalLike {
  readonly #listeners = new Set<() => void>();
  aborted = false;

  now(): void {
    this.aborted = true;
    for (const notify of [...this.#listeners]) notify();
  }

  addEventListener(_type: 'abort', listener: () => void): void {
    this.#listeners.add(listener);
  }

  removeEventListener(_type: 'abort', listener: () => void): void {
    this.#listeners.delete(listener);
  }
}
