import { configMaps, endpointSlices, endpoints, ipAddresses, serviceCIDRs, services } from '../api/generated/index.ts';
import { Client } from '../client/index.ts';
import { isSemanticallyEqual, type KubeObject, type ResourceType, StatusError } from '../machinery/index.ts';
import { Aggregator, type AggregatorCertificate } from './aggregation/index.ts';
import { ApiServer, type ApiServerOptions } from './api-server.ts';
import { serverUser } from './auth/well-known-users.ts';
import {
  type AdvertisedAddress,
  type AuthenticationTrust,
  authenticationConfigMap,
  createHealthChecks,
  kubernetesEndpointSlice,
  kubernetesEndpoints,
  kubernetesService,
  kubernetesServiceCidr,
  legacyTokenTracking,
  publishApiServices,
  readyServiceCidr,
  wellKnownObjects,
} from './bootstrap/index.ts';
import { CrdPublisher } from './crd/index.ts';
import { FlowConfiguration, FlowControl } from './flow-control/index.ts';
import type { HealthCheck } from './health-check.ts';
import { createLocalTransport } from './local-transport.ts';
import type { ReverseProxy } from './proxy/index.ts';
import { AddressObjects } from './services/index.ts';

export interface StartOptions extends ApiServerOptions {
  /** Where the cluster reaches this server; without it the `kubernetes` Service has no endpoints. */
  readonly advertise?: readonly AdvertisedAddress[] | undefined;
  /** Whom this server believes, to be told to others; without it nobody is told. */
  readonly trust?: AuthenticationTrust | undefined;
  /** How many requests from outside are worked on at once, by their size. Default 600, as upstream's 400 and 200. */
  readonly requestsInFlightMax?: number | undefined;
  /** How requests are passed on to aggregated servers; without it they are out of reach. */
  readonly reverseProxy?: ReverseProxy | undefined;
  /** How this server shows them that it is the one who passes requests on. */
  readonly aggregatorCertificate?: AggregatorCertificate | undefined;
}

export interface RunningApiServer {
  readonly server: ApiServer;
  /** What those ask that stand around the server: which request runs, waits or is refused. */
  readonly flowControl: FlowControl;
  readonly healthChecks: readonly HealthCheck[];
  /** What other servers serve, and the way to them. */
  readonly aggregator: Aggregator;
  /** Says anew where the cluster reaches this server, for who learns that only once it listens. */
  advertise(addresses: readonly AdvertisedAddress[]): Promise<void>;
  /** Ends what runs beside requests. The store and its cache are their owner's to close. */
  stop(): void;
}

/** An API server over a store, old or new: CRDs served, and everything there that a cluster has from the start. */
export async function startApiServer(options: StartOptions): Promise<RunningApiServer> {
  const server = new ApiServer(options);
  const client = new Client(createLocalTransport(server, serverUser, 'kube-apiserver'));
  const { context, resources } = server;
  const call = { user: serverUser, userAgent: 'kube-apiserver', warn: () => {} };
  await Promise.all(wellKnownObjects().map(({ type, object }) => ensure(server, client, type, object)));
  await ensureServiceCidr(server, client);
  await ensure(server, client, configMaps, legacyTokenTracking(context.rules.now));
  if (options.trust !== undefined) await replace(server, client, configMaps, authenticationConfigMap(options.trust));
  await ensureKubernetesService(server, client, options.advertise ?? []);
  await publishApiServices(context, client, true);
  const publisher = new CrdPublisher(context, resources, options.cache, call);
  const publication = new Publication(server, client);
  const forget = resources.onChange(() => publication.start());
  publisher.start();
  const addresses = new AddressObjects(server.view, client, context.world.tasks);
  addresses.follow(context.endpoints.get(services).cache, context.endpoints.get(ipAddresses).cache);
  const { world } = context;
  const flowControl = new FlowControl({
    clock: world.clock,
    seats: options.requestsInFlightMax ?? 600,
    sizes: server.sizes,
  });
  const flowConfiguration = new FlowConfiguration(world, client, server.view, flowControl);
  await flowConfiguration.start();
  const { reverseProxy, aggregatorCertificate: certificate } = options;
  const aggregator = new Aggregator({ world, client, view: server.view, reverseProxy, certificate });
  await aggregator.start();
  // Kubernetes: a CRD's APIService that somebody deletes or changes is made anew.
  aggregator.apis.onChange(() => publication.start());
  return {
    server,
    flowControl,
    healthChecks: createHealthChecks(options.store, world),
    aggregator,
    advertise: addresses => ensureKubernetesService(server, client, addresses),
    stop() {
      forget();
      aggregator.stop();
      flowConfiguration.stop();
      publication.stop();
      publisher.stop();
      addresses.stop();
    },
  };
}

/** Brings the APIServices up to date, once more when something changes meanwhile. */
class Publication {
  readonly #server: ApiServer;
  readonly #client: Client;
  #isRunning = false;
  #isStale = false;
  #isStopped = false;

  constructor(server: ApiServer, client: Client) {
    this.#server = server;
    this.#client = client;
  }

  start(): void {
    this.#isStale = true;
    if (this.#isRunning || this.#isStopped) return;
    this.#isRunning = true;
    this.#server.context.world.tasks.spawn('publish APIServices', () => this.#run());
  }

  stop(): void {
    this.#isStopped = true;
  }

  async #run(): Promise<void> {
    try {
      while (this.#isStale && !this.#isStopped) {
        this.#isStale = false;
        await publishApiServices(this.#server.context, this.#client, false);
      }
    } catch (error) {
      // A store that closes takes the server with it.
      if (!this.#isStopped) throw error;
    } finally {
      this.#isRunning = false;
    }
  }
}

/** Kubernetes: an object that tells of other ranges than this server's is somebody's decision and left alone. */
async function ensureServiceCidr(server: ApiServer, client: Client): Promise<void> {
  const wanted = kubernetesServiceCidr(server.network.cidr);
  await ensure(server, client, serviceCIDRs, wanted);
  const present = server.view.get(serviceCIDRs, undefined, 'kubernetes');
  if (present === undefined || present.metadata.deletionTimestamp !== undefined) return;
  if (!isSemanticallyEqual(present.spec, wanted.spec)) return;
  if (present.status?.conditions?.some(({ type }) => type === 'Ready') === true) return;
  const { now } = server.context.rules;
  await client.updateStatus(serviceCIDRs, readyServiceCidr(present, now));
}

async function ensureKubernetesService(
  server: ApiServer,
  client: Client,
  advertise: readonly AdvertisedAddress[],
): Promise<void> {
  const port = advertise[0]?.port ?? 6443;
  await ensure(server, client, services, kubernetesService(server.network.firstAddress, port));
  if (advertise.length === 0) return;
  await replace(server, client, endpoints, kubernetesEndpoints(advertise));
  await replace(server, client, endpointSlices, kubernetesEndpointSlice(advertise));
}

/** Creates an object that is not there. */
async function ensure(server: ApiServer, client: Client, type: ResourceType, object: KubeObject): Promise<void> {
  const { name, namespace } = object.metadata;
  if (server.view.get(type, namespace, name!) !== undefined) return;
  try {
    await client.create(type, object);
  } catch (error) {
    // Another server over the same store starts at the same time.
    if (!StatusError.is(error, 'AlreadyExists')) throw error;
  }
}

/** Creates an object, or makes the one that is there the same but for what metadata it has besides. */
async function replace(server: ApiServer, client: Client, type: ResourceType, wanted: KubeObject): Promise<void> {
  await ensure(server, client, type, wanted);
  const { name, namespace } = wanted.metadata;
  const present = server.view.get(type, namespace, name!)!;
  const next = { ...wanted, metadata: present.metadata };
  if (!isSemanticallyEqual(present, next)) await client.update(type, next);
}
