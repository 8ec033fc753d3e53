import type { Pod, PodDNSConfigOption } from '../../api/generated/index.ts';
import type { DnsConfig } from '../runtime/index.ts';

/** What a resolver asks, where, and how: a resolv.conf taken apart. */
export interface Resolver {
  readonly servers: readonly string[];
  readonly searches: readonly string[];
  readonly options: readonly string[];
}

export interface ClusterDns {
  /** Addresses of the cluster's DNS; empty when it has none. */
  readonly servers: readonly string[];
  /** `cluster.local`. */
  readonly domain: string;
}

/** Kubernetes: what resolvers are known to take: three servers, 32 search paths, 2048 characters of them. */
const serversMax = 3;
const searchesMax = 32;
const searchLengthMax = 2048;

export function parseResolvConf(text: string): Resolver {
  const servers: string[] = [];
  let searches: readonly string[] = [];
  const options = new Map<string, string>();
  for (const line of text.split('\n')) {
    const [word, ...rest] = line.trim().split(/\s+/);
    if (word === 'nameserver' && rest[0] !== undefined) servers.push(rest[0]);
    else if (word === 'search') searches = rest.filter(path => path !== '.').map(path => path.replace(/\.$/, ''));
    else if (word === 'options') for (const option of rest) options.set(option.split(':')[0]!, option);
  }
  return { servers, searches, options: [...options.values()] };
}

/** Kubernetes: GetPodDNS. The resolver of a pod by its dnsPolicy and dnsConfig. */
export function resolverOf(pod: Pod, host: Resolver, cluster: ClusterDns): DnsConfig {
  const base = baseResolver(pod, host, cluster);
  const own = pod.spec.dnsConfig;
  return limit({
    servers: unique([...base.servers, ...(own?.nameservers ?? [])]),
    searches: unique([...base.searches, ...(own?.searches ?? [])]),
    options: mergeOptions(base.options, own?.options ?? []),
  });
}

function baseResolver(pod: Pod, host: Resolver, cluster: ClusterDns): Resolver {
  const policy = pod.spec.dnsPolicy ?? 'ClusterFirst';
  if (policy === 'None') return { servers: [], searches: [], options: [] };
  const isCluster =
    policy === 'ClusterFirstWithHostNet' || (policy === 'ClusterFirst' && pod.spec.hostNetwork !== true);
  if (!isCluster || cluster.servers.length === 0) return host;
  const { domain } = cluster;
  const own = domain === '' ? [] : [`${pod.metadata.namespace}.svc.${domain}`, `svc.${domain}`, domain];
  return { servers: cluster.servers, searches: [...own, ...host.searches], options: ['ndots:5'] };
}

function mergeOptions(base: readonly string[], own: readonly PodDNSConfigOption[]): readonly string[] {
  const options = new Map(base.map(option => [option.split(':')[0]!, option]));
  for (const { name = '', value } of own) {
    options.set(name, value === undefined || value === '' ? name : `${name}:${value}`);
  }
  return [...options.values()];
}

function limit(resolver: Resolver): Resolver {
  const searches: string[] = [];
  let length = 0;
  for (const search of resolver.searches.slice(0, searchesMax)) {
    length += search.length + (searches.length === 0 ? 0 : 1);
    if (length > searchLengthMax) break;
    searches.push(search);
  }
  return { servers: resolver.servers.slice(0, serversMax), searches, options: resolver.options };
}

function unique(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)];
}
