import { endpointSlices, endpoints, namespaces, services } from '../api/generated/index.ts';
import { type Client, type Informers, keyOf, type ObjectRef } from '../client/index.ts';
import { type KubeObject, type ResourceType, StatusError } from '../machinery/index.ts';
import type { World } from '../world/index.ts';
import {
  ClusterZone,
  type DnsListener,
  DnsResolver,
  type DnsTransport,
  type ListenForDns,
  UpstreamPool,
} from './dns/index.ts';
import { dnsEndpointSlice, dnsEndpoints, dnsService } from './dns-objects.ts';
import { sliceServiceKey } from './proxy/index.ts';
import { serviceKeysOf, slicesByService } from './start-service-proxy.ts';

export interface ClusterDnsPorts {
  readonly listen: ListenForDns;
  readonly transport: DnsTransport;
  /** Addresses of the servers that the host itself asks, at port 53. */
  readonly nameServers: () => readonly string[];
}

export interface ClusterDnsOptions {
  /** Without the last dot: `cluster.local`. */
  readonly zone: string;
  /** The address of the Service `kube-dns`: what pods have in their resolv.conf. */
  readonly clusterIp: string;
  /** Where to listen: an address of this node that all pods reach, such as the bridge's. Not a loopback address. */
  readonly address: string;
  /** 0, the default: any that is free, so that clusters on one host do not get into each other's way. */
  readonly port?: number;
  readonly nodeName: string;
  /** The ranges of pods and Services: their reverse names are asked of nobody else. */
  readonly ownCidrs: readonly string[];
}

export interface ClusterDns {
  /** Resolves when questions are answered from a complete zone, and the Service leads here. */
  readonly ready: Promise<void>;
  stop(): Promise<void>;
}

const retryMs = 500;

/**
 * Serves the cluster's DNS from this process.
 *
 * Pods ask the Service `kube-dns`, whose only endpoint is the address and port that we listen on; the rules of Services
 * do the rest. There is nothing between the informers and the answers: a question first takes in what has changed.
 */
export function startClusterDns(
  world: World,
  client: Client,
  informers: Informers,
  ports: ClusterDnsPorts,
  options: ClusterDnsOptions,
): ClusterDns {
  const zone = new ClusterZone({ name: options.zone, ownCidrs: options.ownCidrs, serverIps: [options.clusterIp] });
  const { refresh, synced } = followApi(informers, zone);
  const pool = new UpstreamPool(world, ports.transport, () => withoutOurselves(ports.nameServers(), options));
  const resolver = new DnsResolver(world, zone, pool);
  const log = world.log.child('dns');
  const ready = Promise.withResolvers<void>();
  let listener: DnsListener | undefined;
  let isStopped = false;
  world.tasks.spawn('cluster DNS', async () => {
    await synced;
    const opened = await retry(() =>
      ports.listen({
        address: options.address,
        port: options.port ?? 0,
        respond(message, protocol) {
          refresh();
          return resolver.respond(message, protocol);
        },
        onError: error => log.error('a question failed', { error }),
      }),
    );
    if (opened === undefined) return;
    listener = opened;
    if (isStopped) return opened.close();
    const endpoint = { address: options.address, port: opened.port, nodeName: options.nodeName };
    const published = await retry(async () => {
      await put(client, services, dnsService(options.clusterIp, opened.port));
      await put(client, endpointSlices, dnsEndpointSlice(endpoint));
      await put(client, endpoints, dnsEndpoints(endpoint));
      return true;
    });
    if (published) ready.resolve();
  });

  /** Until it works: the bridge gets its address late, and the namespace is made by another component. */
  async function retry<T>(attempt: () => Promise<T>): Promise<T | undefined> {
    for (let failures = 0; !isStopped; failures++) {
      try {
        return await attempt();
      } catch (error) {
        // The first failures are how clusters begin.
        log[failures === 10 ? 'warn' : 'debug']('cannot serve DNS yet; trying again', { error });
        await world.clock.sleep(retryMs);
      }
    }
    return undefined;
  }

  return {
    ready: ready.promise,
    async stop() {
      isStopped = true;
      await listener?.close();
    },
  };
}

/** Keeps the zone as the API is: changes are only noted, and taken in by the next `refresh`. */
function followApi(informers: Informers, zone: ClusterZone): { refresh: () => void; synced: Promise<unknown> } {
  const serviceInformer = informers.of(services);
  const sliceInformer = informers.of(endpointSlices);
  const namespaceInformer = informers.of(namespaces);
  const changed = new Set<string>();
  sliceInformer.addIndex(slicesByService, serviceKeysOf);
  serviceInformer.onChange((object, previous) => changed.add(keyOf((object ?? previous)!)));
  sliceInformer.onChange((object, previous) => {
    for (const slice of [object, previous]) {
      const key = slice === undefined ? undefined : sliceServiceKey(slice);
      if (key !== undefined) changed.add(key);
    }
  });
  namespaceInformer.onChange((object, previous) => {
    zone.setNamespace((object ?? previous)!.metadata.name ?? '', object !== undefined);
  });
  const refresh = (): void => {
    if (changed.size === 0) return;
    for (const key of changed) {
      zone.setService(key, serviceInformer.getByKey(key), sliceInformer.listIndexed(slicesByService, key));
    }
    changed.clear();
  };
  const synced = Promise.all([serviceInformer.synced(), sliceInformer.synced(), namespaceInformer.synced()]);
  return { refresh, synced };
}

/** A host that asks the cluster's DNS must not be asked in turn: the question would go round for ever. */
function withoutOurselves(servers: readonly string[], { clusterIp, address, port }: ClusterDnsOptions): string[] {
  return servers.filter(server => server !== clusterIp && !(server === address && port === 53));
}

/**
 * Creates the object, or gives the existing one our content; what the API has assigned to it stays. Looks first: a
 * Service that is there already is not refused for its name but for its address, which is taken.
 */
async function put<T extends KubeObject>(client: Client, type: ResourceType<T>, object: T): Promise<void> {
  const { name = '', namespace } = object.metadata;
  const existing = await find(client, type, { name, namespace });
  if (existing === undefined) {
    await client.create(type, object);
    return;
  }
  await client.update(type, {
    ...existing,
    ...object,
    ...('spec' in existing && 'spec' in object ? { spec: { ...(existing.spec ?? {}), ...(object.spec ?? {}) } } : {}),
    metadata: { ...existing.metadata, labels: { ...existing.metadata.labels, ...object.metadata.labels } },
  });
}

async function find<T extends KubeObject>(
  client: Client,
  type: ResourceType<T>,
  ref: ObjectRef,
): Promise<T | undefined> {
  try {
    return await client.get(type, ref);
  } catch (error) {
    if (StatusError.is(error, 'NotFound')) return undefined;
    throw error;
  }
}
