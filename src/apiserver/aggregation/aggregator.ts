import { type Client, Informers, type Transport } from '../../client/index.ts';
import type { ResourceType } from '../../machinery/index.ts';
import type { World } from '../../world/index.ts';
import type { Authorizer, UserInfo } from '../core-contract.ts';
import type { HttpRequest, HttpResponse } from '../http/http-message.ts';
import type { ObjectView } from '../object-view.ts';
import type { ReverseProxy, UpgradeOutcome } from '../proxy/index.ts';
import { AvailabilityController } from './availability-controller.ts';
import type { RemoteApi } from './remote-api.ts';
import { RemoteApis } from './remote-apis.ts';
import { type AggregatorCertificate, RemoteCalls } from './remote-calls.ts';
import { RemoteDiscovery } from './remote-discovery.ts';
import { RemoteOpenApi } from './remote-open-api.ts';
import { type RemoteRequest, RemoteRequests } from './remote-requests.ts';
import { RemoteTransport } from './remote-transport.ts';
import { listRemoteTypes, listStaleGroups } from './remote-types.ts';

export interface AggregatorOptions {
  readonly world: World;
  /** Acts for the server itself. */
  readonly client: Client;
  readonly view: ObjectView;
  /** Without it every aggregated server is out of reach. */
  readonly reverseProxy?: ReverseProxy | undefined;
  /** Without it aggregated servers do not believe whose requests they are. */
  readonly certificate?: AggregatorCertificate | undefined;
}

/** Other servers' groups among ours: which there are, whether they can be used, and the way to them. */
export class Aggregator {
  readonly apis: RemoteApis;
  readonly discovery: RemoteDiscovery;
  readonly openApi: RemoteOpenApi;
  readonly calls: RemoteCalls;
  readonly #world: World;
  readonly #requests: RemoteRequests;
  readonly #informers: Informers;
  readonly #availability: AvailabilityController;

  constructor(options: AggregatorOptions) {
    const { world, client, view, reverseProxy, certificate } = options;
    this.#world = world;
    this.apis = new RemoteApis(world, client);
    this.calls = new RemoteCalls({ world, view, reverseProxy, certificate });
    this.discovery = new RemoteDiscovery(world, this.apis, this.calls);
    this.openApi = new RemoteOpenApi(world, this.apis, this.calls);
    this.#requests = new RemoteRequests(world, this.calls);
    this.#informers = new Informers(world, client);
    this.#availability = new AvailabilityController({
      world,
      client,
      view,
      apis: this.apis,
      calls: this.calls,
      informers: this.#informers,
    });
  }

  /** Resolves when it is known which groups are others'. */
  async start(): Promise<void> {
    await this.apis.start();
    this.#availability.start();
    this.discovery.start();
    this.openApi.start();
  }

  stop(): void {
    this.apis.stop();
    this.#availability.stop();
    this.discovery.stop();
    this.openApi.stop();
    this.#informers.stop();
  }

  /** What other servers serve that components work on which work on every kind there is. */
  listTypes(): readonly ResourceType[] {
    return listRemoteTypes(this.discovery);
  }

  /** Which of their groups and versions are not known well enough to rely on that. */
  listStaleGroups(): readonly string[] {
    return listStaleGroups(this.discovery);
  }

  /** In Prometheus' text format. */
  formatMetrics(): string {
    return this.#availability.metrics.format();
  }

  /** A transport that reaches other servers' groups too. */
  extend(local: Transport, user: UserInfo, authorizer: Authorizer): Transport {
    const { apis, calls } = this;
    return new RemoteTransport({ world: this.#world, apis, calls, authorizer }, local, user);
  }

  /** Who serves a URL's path, if that is another server: `/apis/GROUP/VERSION` and all below it. */
  find(url: string): RemoteApi | undefined {
    if (this.apis.isEmpty) return undefined;
    const [, root, first = '', second = ''] = url.split('?', 1)[0]!.split('/', 4);
    if (root === 'apis' && second !== '') return this.apis.find(first, second);
    return root === 'api' && first !== '' ? this.apis.find('', first) : undefined;
  }

  /** `timeoutMs`: how long the answer may take to begin; infinite for what may last. */
  respond(api: RemoteApi, http: HttpRequest, request: RemoteRequest): Promise<HttpResponse> {
    return this.#requests.respond(api, http, request);
  }

  upgrade(
    api: RemoteApi,
    http: HttpRequest,
    user: UserInfo,
  ): Promise<UpgradeOutcome | { readonly kind: 'refused'; readonly response: HttpResponse }> {
    return this.#requests.upgrade(api, http, user);
  }
}
