import { builtInKinds } from '../api/index.ts';
import type { Aggregator, AggregatorCertificate } from '../apiserver/aggregation/index.ts';
import type { AuditLog } from '../apiserver/audit/index.ts';
import {
  AccessControl,
  type AccessWebhookOptions,
  type AuthenticationOptions,
  type Authenticator,
  FrontProxyAuthenticator,
  serverUser,
  type TokenSettings,
} from '../apiserver/auth/index.ts';
import {
  type ApiServer,
  type AuthenticationTrust,
  type Authorizer,
  createLocalTransport,
  type FlowControl,
  type HealthCheck,
  type NodeConnections,
  type OutboundCalls,
  type RunningApiServer,
  startApiServer,
  type UserInfo,
} from '../apiserver/index.ts';
import { type ReverseProxy, SubresourceProxy } from '../apiserver/proxy/index.ts';
import { Client, Informers } from '../client/index.ts';
import type { SignDetached } from '../controllers/index.ts';
import type { CertificateOperations } from '../machinery/index.ts';
import { Scheduler } from '../scheduler/index.ts';
import {
  type AutoCompaction,
  type Store,
  type StoredObject,
  startAutoCompaction,
  WatchCache,
} from '../storage/index.ts';
import type { World } from '../world/index.ts';
import { componentUsers, nodeUser } from './component-users.ts';
import { RunningControllers } from './running-controllers.ts';
import { secretTokenSigner } from './secret-token-signer.ts';

export type Component = 'controllers' | 'scheduler';

export interface ControlPlaneOptions {
  readonly world: World;
  readonly store: Store<StoredObject>;
  /** PEM of the certificate authority that pods are to trust; in a test without HTTPS anything will do. */
  readonly certificateAuthority: string;
  readonly tokens?: TokenSettings | undefined;
  /** Who is let in besides owners of certificates and ServiceAccount tokens. */
  readonly authentication?: AuthenticationOptions | undefined;
  /** Who is asked what somebody may do whom nothing else allows it. */
  readonly accessWebhook?: AccessWebhookOptions | undefined;
  /** Checks and signs requests for certificates; without it nothing is signed. */
  readonly certificates?: CertificateOperations | undefined;
  /** Signs `cluster-info` with bootstrap tokens; without it that stays unsigned. */
  readonly signDetached?: SignDetached | undefined;
  /** Where pods and nodes reach the API server. */
  readonly advertise?: readonly { readonly ip: string; readonly port: number }[] | undefined;
  /** Default 10.96.0.0/16. */
  readonly serviceCidr?: string | undefined;
  /** Each node gets a /24 of it. Default 10.244.0.0/16. */
  readonly podCidr?: string | undefined;
  /** How the API server reaches webhooks and aggregated servers. */
  readonly outbound?: OutboundCalls | undefined;
  /** What is told of requests; without it nothing is. */
  readonly audit?: AuditLog | undefined;
  /** How many requests from outside are worked on at once. Default 600. */
  readonly requestsInFlightMax?: number | undefined;
  /** How requests are passed on; without it there are no `proxy` subresources, and aggregated servers out of reach. */
  readonly reverseProxy?: ReverseProxy | undefined;
  /** How aggregated servers recognise this server; without it they are not told. */
  readonly requestHeader?: AuthenticationTrust['requestHeader'];
  /** The certificate that `requestHeader` lets aggregated servers recognise this server by. */
  readonly aggregatorCertificate?: AggregatorCertificate | undefined;
  /** What is left out, because somebody else does it. */
  readonly without?: readonly Component[] | undefined;
}

/** API server, controllers and scheduler over one store, in one process. */
export class ControlPlane {
  readonly server: ApiServer;
  readonly cache: WatchCache;
  readonly #world: World;
  readonly #reverseProxy: ReverseProxy | undefined;
  readonly #access: AccessControl;
  readonly #authenticator: Authenticator;
  readonly #compaction: AutoCompaction;
  readonly #running: RunningApiServer;
  readonly #controllers: RunningControllers | undefined;
  readonly #scheduler: { readonly component: Scheduler; readonly informers: Informers } | undefined;

  private constructor(
    options: ControlPlaneOptions,
    cache: WatchCache,
    access: AccessControl,
    running: RunningApiServer,
  ) {
    const { world, certificateAuthority, podCidr = '10.244.0.0/16', without = [] } = options;
    this.cache = cache;
    this.#world = world;
    this.#reverseProxy = options.reverseProxy;
    this.#access = access;
    const { requestHeader } = options;
    this.#authenticator =
      requestHeader === undefined
        ? access.authenticator
        : new FrontProxyAuthenticator(access.authenticator, requestHeader.allowedNames);
    this.#compaction = startAutoCompaction({ world, store: options.store });
    this.#running = running;
    this.server = running.server;
    this.#controllers = without.includes('controllers')
      ? undefined
      : new RunningControllers(world, this.server, running.aggregator, {
          certificateAuthority,
          podCidr,
          certificates: options.certificates,
          signDetached: options.signDetached,
          signSecretToken: options.tokens === undefined ? undefined : secretTokenSigner(options.tokens),
        });
    this.#scheduler = without.includes('scheduler') ? undefined : this.#buildScheduler(world);
  }

  /** Resolves when requests are answered; controllers and scheduler take up their work right after. */
  static async start(options: ControlPlaneOptions): Promise<ControlPlane> {
    const { world, store, tokens, advertise, serviceCidr, outbound, certificateAuthority, requestHeader } = options;
    const cache = await WatchCache.start({ clock: world.clock, store });
    const access = new AccessControl({
      world,
      tokens,
      certificates: options.certificates,
      authentication: options.authentication,
      accessWebhook: options.accessWebhook,
      outbound,
    });
    const running = await startApiServer({
      world,
      store,
      cache,
      kinds: builtInKinds,
      advertise,
      // Kubernetes: two authorities may be two; here one signs servers' and clients' certificates.
      trust: { clientAuthority: certificateAuthority, requestHeader },
      authorizer: access.authorizer,
      admission: access.admission,
      virtual: access.virtual,
      services: { serviceCidr },
      outbound,
      requestsInFlightMax: options.requestsInFlightMax,
      audit: options.audit,
      reverseProxy: options.reverseProxy,
      aggregatorCertificate: options.aggregatorCertificate,
    });
    const { server } = running;
    await access.start(createLocalTransport(server, serverUser, 'kube-apiserver'), server.view);
    const plane = new ControlPlane(options, cache, access, running);
    plane.#controllers?.start();
    plane.#scheduler?.component.start();
    return plane;
  }

  get authorizer(): Authorizer {
    return this.#access.authorizer;
  }

  /** Which request from outside runs, waits or is refused. */
  get flowControl(): FlowControl {
    return this.#running.flowControl;
  }

  /** What other servers serve, and the way to them. */
  get aggregator(): Aggregator {
    return this.#running.aggregator;
  }

  /** Whether the server is well, by upstream's names. */
  get healthChecks(): readonly HealthCheck[] {
    return this.#running.healthChecks;
  }

  /** What the components beside the server count, in the Prometheus format. */
  formatMetrics(): string {
    return this.#controllers?.formatMetrics() ?? '';
  }

  get authenticator(): Authenticator {
    return this.#authenticator;
  }

  /** A client that acts for `user`, by default for the cluster's admin. */
  client(user: UserInfo = componentUsers.admin, userAgent = 'sampan'): Client {
    return new Client(createLocalTransport(this.server, user, userAgent));
  }

  /** Says where pods and nodes reach the API server: the endpoints of the Service `kubernetes`. */
  advertise(addresses: readonly { readonly ip: string; readonly port: number }[]): Promise<void> {
    return this.#running.advertise(addresses);
  }

  /** What answers the `proxy` subresources; undefined where there is no way to pass requests on. */
  createProxy(nodes: NodeConnections | undefined): SubresourceProxy | undefined {
    const reverseProxy = this.#reverseProxy;
    if (reverseProxy === undefined) return undefined;
    const random = this.#world.random.stream('apiserver/proxy');
    return new SubresourceProxy({ view: this.server.view, random, reverseProxy, nodes });
  }

  /** A client that acts for a node, with a node's rights. */
  nodeClient(name: string): Client {
    return this.client(nodeUser(name), 'kubelet');
  }

  /** No controller has anything to do right now. */
  get isIdle(): boolean {
    return this.#controllers?.isIdle ?? true;
  }

  /** Ends the components and then the server; the store is its owner's to close. */
  stop(): void {
    this.#scheduler?.component.stop();
    this.#scheduler?.informers.stop();
    this.#controllers?.stop();
    this.#access.stop();
    this.#running.stop();
    this.#compaction.stop();
  }

  #buildScheduler(world: World): { readonly component: Scheduler; readonly informers: Informers } {
    const client = this.client(componentUsers.scheduler, 'kube-scheduler');
    const informers = new Informers(world, client);
    return { component: new Scheduler(world, client, informers), informers };
  }
}
