import { networkInterfaces } from 'node:os';
import type { AuditLog } from '../../apiserver/audit/index.ts';
import type { AccessWebhookOptions, AuthenticationOptions } from '../../apiserver/auth/index.ts';
import type { HealthCheck } from '../../apiserver/http/index.ts';
import type { AdvertisedAddress, OutboundCalls } from '../../apiserver/index.ts';
import { ControlPlane } from '../../cluster/index.ts';
import type { OpenEncryption } from '../../drivers/encryption/index.ts';
import { createHandler, createTokenSettings } from '../../drivers/front-door/index.ts';
import { createNodeWorld } from '../../drivers/node-world.ts';
import { HttpsCalls } from '../../drivers/outbound/index.ts';
import { NodeReverseProxy } from '../../drivers/proxy/index.ts';
import { useServerHeap } from '../../drivers/server-heap.ts';
import { openSqliteStore } from '../../drivers/sqlite/index.ts';
import {
  type ClusterPki,
  createCertificateOperations,
  ensureClusterPki,
  writeKubeconfig,
} from '../../drivers/tls/index.ts';
import { signDetached } from '../../drivers/tokens/index.ts';
import { createLogWriter } from '../../drivers/world/index.ts';
import { createTextCodec, type Store, type StoredObject } from '../../storage/index.ts';
import type { World } from '../../world/index.ts';
import { CommandError } from '../command-error.ts';
import { forgetRunning, noteRunning, type RunningCluster } from '../running-cluster.ts';
import { sampanVersion } from '../sampan-version.ts';
import type { ClusterNodes, PreparedNodes } from './cluster-nodes.ts';
import { addressIn } from './cluster-ranges.ts';
import { writeComponentKubeconfigs } from './component-kubeconfigs.ts';
import { NodeRoutes } from './node-routes.ts';
import { isUnspecified, openDoors } from './open-doors.ts';
import { showProgress } from './progress.ts';
import type { ServerOptions } from './server-options.ts';
import type { StopRequest } from './stop-request.ts';
import { formatStoreMetrics } from './store-metrics.ts';
import { untilUsable } from './until-usable.ts';

/** What a command wants of a cluster. */
export interface ClusterPlan {
  readonly options: ServerOptions;
  /** As other commands are told: `real`, `simulated:100` or `none`. */
  readonly nodes: string;
  prepareNodes(world: World): Promise<PreparedNodes>;
}

export interface StartedCluster {
  readonly running: RunningCluster;
  /** Takes everything down again, last things first. */
  stop(): Promise<void>;
}

/** Somebody asked us to stop while the cluster was starting. */
export class StartInterrupted extends Error {}

/**
 * Starts everything, in the order in which each needs what came before. What has been started is stopped again when a
 * later step fails, so that a failed start leaves nothing behind but files.
 */
export async function startCluster(plan: ClusterPlan, stopRequest: StopRequest): Promise<StartedCluster> {
  useServerHeap();
  await using started = new AsyncDisposableStack();
  const { options } = plan;
  const { directory, without } = options;
  const world = createWorld(options);
  const proceed = (reached: string): void => {
    // Counted from the start of the process.
    world.log.debug(reached, { elapsedMs: Math.round(performance.now()) });
    if (stopRequest.isRequested) throw new StartInterrupted();
  };
  // The store first: it is what tells us that the directory is ours.
  const encryption = await openEncryption(options, world);
  started.defer(async () => encryption?.close());
  const store = await openStore(options, world, encryption);
  started.defer(() => store.close());
  proceed('the store is read');

  const prepared = await plan.prepareNodes(world);
  started.defer(() => prepared.release());
  const pki = ensurePki(options, world, prepared);
  const tokens = createTokenSettings(pki);
  const certificateAuthority = pki.authority.certificate;
  const frontProxy = pki.ensureFrontProxy();
  const requestHeader = { authority: frontProxy.authority.certificate, allowedNames: [frontProxy.commonName] };
  const aggregatorCertificate = { certificate: frontProxy.client.certificate, key: frontProxy.client.privateKey };
  const outbound = new HttpsCalls();
  started.defer(() => outbound.close());
  const reverseProxy = new NodeReverseProxy();
  started.defer(() => reverseProxy.close());
  const audit = await openAudit(options, world, outbound);
  started.defer(async () => audit?.close());
  const authentication = await readAuthentication(options);
  const accessWebhook = await readAccessWebhook(options);
  const plane = await showProgress('starting the control plane', () =>
    ControlPlane.start({
      world,
      store,
      certificateAuthority,
      requestHeader,
      aggregatorCertificate,
      tokens,
      authentication,
      accessWebhook,
      certificates: createCertificateOperations(pki.authority),
      signDetached,
      outbound,
      reverseProxy,
      audit,
      requestsInFlightMax: options.apiServer.requestsInFlightMax,
      without,
      ...prepared.ranges,
    }),
  );
  started.defer(() => plane.stop());
  proceed('the control plane runs');

  const routes = new NodeRoutes();
  const stopping = new AbortController();
  let serverAddress = '';
  const handler = createHandler({
    world,
    plane,
    tokens,
    nodes: routes,
    sampanVersion: sampanVersion(),
    serverAddress: () => serverAddress,
    healthChecks: [isNotStopping(stopping.signal)],
    isLeaving: () => options.apiServer.sendsRetryAfter && stopping.signal.aborted,
    limits: options.apiServer.limits,
    metricsSources: [() => formatStoreMetrics(directory.root), () => encryption?.formatMetrics() ?? ''],
  });
  await prepared.podGatewayReady;
  const doors = await openDoors(handler, pki, { host: options.bindAddress, port: options.port }, prepared.podGateway);
  const { server, forPods, close } = doors;
  started.defer(close);
  const advertised = forPods ?? addressBeyondHost(options.bindAddress, doors.port);
  serverAddress = advertised === undefined ? server.replace('https://', '') : formatAddress(advertised);
  if (advertised !== undefined) await plane.advertise([advertised]);
  writeKubeconfig(directory.kubeconfig, {
    server,
    certificateAuthority,
    clientCertificate: pki.admin.certificate,
    clientKey: pki.admin.privateKey,
  });
  writeComponentKubeconfigs(without, { directory, server, pki });
  proceed('the API answers');

  const nodes = await prepared.start({ world, plane });
  started.defer(() => nodes.stop());
  routes.join(nodes.connections);
  proceed('the nodes have registered');
  await showProgress('waiting for the nodes to be ready', () => untilUsable(plane, nodes, without, stopRequest));
  proceed('the nodes are ready');

  const running = describeRunning(plan, server, nodes);
  noteRunning(directory, running);
  started.defer(() => forgetRunning(directory));
  const teardown = started.move();
  return {
    running,
    async stop() {
      stopping.abort();
      await teardown.disposeAsync();
    },
  };
}

function createWorld({ logLevel: level, logFormat: format }: ServerOptions): World {
  const write = (line: string): void => void process.stderr.write(line);
  return createNodeWorld({ writeLog: createLogWriter({ level, format, write }) });
}

/** Loaded only where it is asked for. */
async function readAuthentication({ apiServer }: ServerOptions): Promise<AuthenticationOptions> {
  const { oidc, configFile, webhook, hasBootstrapTokens, isAnonymousAllowed: enabled } = apiServer.authentication;
  if (oidc === undefined && configFile === undefined && webhook === undefined) {
    return { hasBootstrapTokens, anonymous: enabled === undefined ? undefined : { enabled } };
  }
  const { openAuthentication } = await import('../../drivers/authentication/index.ts');
  return explainSettings(() => openAuthentication(apiServer.authentication));
}

async function readAccessWebhook({ apiServer }: ServerOptions): Promise<AccessWebhookOptions | undefined> {
  const { accessWebhook } = apiServer;
  if (accessWebhook === undefined) return undefined;
  const { openAccessWebhook } = await import('../../drivers/authentication/index.ts');
  return explainSettings(() => openAccessWebhook(accessWebhook));
}

async function explainSettings<T>(read: () => Promise<T>): Promise<T> {
  const { AuthenticationSettingsError } = await import('../../drivers/authentication/index.ts');
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof AuthenticationSettingsError)) throw error;
    throw new CommandError(error.message, { cause: error });
  }
}

/** Loaded only where it is asked for. */
async function openAudit(options: ServerOptions, world: World, calls: OutboundCalls): Promise<AuditLog | undefined> {
  const { audit } = options.apiServer;
  if (audit.policyFile === undefined) return undefined;
  const { AuditSettingsError, openAuditLog } = await import('../../drivers/audit/index.ts');
  try {
    return await openAuditLog(audit, world, calls);
  } catch (error) {
    if (!(error instanceof AuditSettingsError)) throw error;
    throw new CommandError(error.message, { cause: error });
  }
}

/** Loaded only where it is asked for. */
async function openEncryption({ apiServer }: ServerOptions, { log }: World): Promise<OpenEncryption | undefined> {
  if (apiServer.encryption === undefined) return undefined;
  const { EncryptionConfigurationError, OpenEncryption } = await import('../../drivers/encryption/index.ts');
  try {
    return await OpenEncryption.open({ ...apiServer.encryption, log: log.child('encryption') });
  } catch (error) {
    if (!(error instanceof EncryptionConfigurationError)) throw error;
    throw new CommandError(error.message, { cause: error });
  }
}

function openStore(
  { directory }: ServerOptions,
  { clock }: World,
  encryption: OpenEncryption | undefined,
): Promise<Store<StoredObject>> {
  const sealing = encryption?.values;
  return showProgress('reading the store', () =>
    openSqliteStore({ directory: directory.root, codec: createTextCodec(), clock, sealing }),
  );
}

function ensurePki({ directory, bindAddress }: ServerOptions, { clock }: World, prepared: PreparedNodes): ClusterPki {
  const { podGateway, ranges } = prepared;
  return ensureClusterPki({
    directory: directory.pki,
    nowMs: clock.now(),
    serviceIp: addressIn(ranges.serviceCidr, 1),
    alternativeNames: listAddresses(bindAddress, podGateway),
  });
}

/** Kubernetes: endpoints are no loopback addresses; a server that has no other tells none. */
function addressBeyondHost(bindAddress: string, port: number): AdvertisedAddress | undefined {
  const family = bindAddress.includes(':') ? 'IPv6' : 'IPv4';
  const own = Object.values(networkInterfaces()).flatMap(entries => entries ?? []);
  const reached = own.filter(
    ({ address, internal }) => !internal && (isUnspecified(bindAddress) || address === bindAddress),
  );
  const found = reached.find(entry => entry.family === family);
  return found === undefined ? undefined : { ip: found.address.split('%')[0]!, port };
}

/** As URLs have it. */
function formatAddress({ ip, port }: AdvertisedAddress): string {
  return `${ip.includes(':') ? `[${ip}]` : ip}:${port}`;
}

/** Every address that a client may use besides the loopback ones. */
function listAddresses(bindAddress: string, podGateway: string | undefined): readonly string[] {
  const own = Object.values(networkInterfaces()).flatMap(entries =>
    (entries ?? []).filter(({ internal }) => !internal),
  );
  const reached = isUnspecified(bindAddress) ? own.map(({ address }) => address.split('%')[0]!) : [bindAddress];
  return podGateway === undefined ? reached : [...reached, podGateway];
}

/** Kubernetes: a server that stops says so to load balancers first. */
function isNotStopping(signal: AbortSignal): HealthCheck {
  return {
    name: 'shutdown',
    concernsLife: false,
    check: () => (signal.aborted ? 'the server is stopping' : undefined),
  };
}

function describeRunning(plan: ClusterPlan, server: string, nodes: ClusterNodes): RunningCluster {
  return {
    pid: process.pid,
    version: sampanVersion(),
    server,
    kubeconfig: plan.options.directory.kubeconfig,
    nodes: plan.nodes,
    containerdSocket: nodes.containerdSocket,
  };
}
