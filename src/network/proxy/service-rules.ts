import { type AffinityGroup, affinityEntryChain, affinityObjects, defaultAffinityTimeoutSeconds } from './affinity.ts';
import { type Backend, type Backends, selectBackends } from './backends.ts';
import { type Family, isOfFamily } from './family.ts';
import { mergeCidrs } from './merge-cidrs.ts';
import type { Contribution, Element, TableObject } from './model.ts';
import {
  dispatchKey,
  type Frontend,
  type Masquerade,
  type PortProtocol,
  poolElements,
  poolName,
  poolObjects,
} from './pool.ts';
import {
  type EndpointSliceView,
  type NodeFacts,
  type ServicePortView,
  type ServiceView,
  serviceKey,
  serviceProxyNameLabel,
} from './service-view.ts';

/** Where a UDP frontend's datagrams may go now; what the kernel remembers beyond that is stale. */
export interface UdpRoute {
  readonly frontend: Frontend;
  /** `address port` of every backend. */
  readonly backends: ReadonlySet<string>;
}

export interface ServiceRules extends Contribution {
  readonly udpRoutes: readonly UdpRoute[];
}

/** Whether this proxy serves the Service at all. */
export function isProxied(service: ServiceView): boolean {
  const { type, clusterIP } = service.spec ?? {};
  if (type === 'ExternalName' || clusterIP === undefined || clusterIP === '' || clusterIP === 'None') return false;
  return service.metadata?.labels?.[serviceProxyNameLabel] === undefined;
}

/** The Service's ports that this proxy leaves alone: the kernels that we meet have no SCTP, and nft's maps here neither. */
export function unsupportedPorts(service: ServiceView): readonly ServicePortView[] {
  return (service.spec?.ports ?? []).filter(port => protocolOf(port) === undefined);
}

/** What a Service and its slices put into the table of one address family. */
export function rulesForService(
  family: Family,
  service: ServiceView,
  slices: readonly EndpointSliceView[],
  node: NodeFacts,
): ServiceRules {
  const rules = new RulesDraft(family, service);
  if (!isProxied(service)) return rules;
  const clusterIps = clusterIpsOf(service).filter(ip => isOfFamily(family, ip));
  if (clusterIps.length === 0) return rules;
  for (const ip of clusterIps) rules.elements.push({ container: 'cluster-ips', key: ip, value: '' });
  for (const port of service.spec?.ports ?? []) {
    const protocol = protocolOf(port);
    if (protocol === undefined) continue;
    const backends = selectBackends(family, port, slices, node.nodeName);
    rules.allowHairpin(backends.cluster);
    for (const ip of clusterIps) addClusterIp(rules, { ip, protocol, port: port.port }, port, backends);
    for (const ip of externalIps(service, family))
      addExternal(rules, { ip, protocol, port: port.port }, port, backends);
    if (port.nodePort !== undefined && port.nodePort !== 0) {
      addExternal(rules, { protocol, port: port.nodePort }, port, backends);
    }
    restrictSources(rules, protocol, port.port);
  }
  return rules;
}

/** Kubernetes: with internalTrafficPolicy Local and no endpoint on this node, traffic is dropped, not refused. */
function addClusterIp(rules: RulesDraft, frontend: Frontend, port: ServicePortView, backends: Backends): void {
  const isLocal = rules.service.spec?.internalTrafficPolicy === 'Local';
  const scope = isLocal ? 'local' : 'cluster';
  if (backends[scope].length > 0) rules.route('service-ips', frontend, port, 'outside', scope, backends[scope]);
  else if (backends.cluster.length > 0) rules.drop('service-ips', frontend);
  else rules.udpRoute(frontend, []);
}

/**
 * NodePorts, external addresses and load balancers' addresses.
 *
 * Kubernetes: with externalTrafficPolicy Local, what comes from outside goes to this node's endpoints only and keeps
 * its source; pods and the node itself use such an address as they would the ClusterIP.
 */
function addExternal(rules: RulesDraft, frontend: Frontend, port: ServicePortView, backends: Backends): void {
  const isNodePort = frontend.ip === undefined;
  const map = isNodePort ? 'node-ports' : 'service-ips';
  if (backends.cluster.length === 0) {
    const container = isNodePort ? 'unserved-node-ports' : 'unserved-ips';
    rules.elements.push({ container, key: dispatchKey(frontend), value: '' });
    rules.udpRoute(frontend, []);
    return;
  }
  if (rules.service.spec?.externalTrafficPolicy !== 'Local') {
    rules.route(map, frontend, port, 'always', 'cluster', backends.cluster);
    return;
  }
  rules.route(map, frontend, port, 'outside', 'cluster', backends.cluster);
  const localMap = `${map}-local`;
  if (backends.local.length === 0) rules.drop(localMap, frontend);
  else rules.route(localMap, frontend, port, 'never', 'local', backends.local);
}

function restrictSources(rules: RulesDraft, protocol: PortProtocol, port: number): void {
  const { type, loadBalancerSourceRanges } = rules.service.spec ?? {};
  if (type !== 'LoadBalancer' || loadBalancerSourceRanges === undefined || loadBalancerSourceRanges.length === 0)
    return;
  const ranges = mergeCidrs(loadBalancerSourceRanges.filter(range => isOfFamily(rules.family, range)));
  for (const ip of ingressIps(rules.service, rules.family)) {
    const key = dispatchKey({ ip, protocol, port });
    rules.elements.push({ container: 'restricted-ips', key, value: '' });
    for (const range of ranges) {
      rules.elements.push({ container: 'allowed-sources', key: `${key} . ${range}`, value: '' });
    }
  }
}

class RulesDraft implements ServiceRules {
  readonly objects: TableObject[] = [];
  readonly elements: Element[] = [];
  readonly udpRoutes: UdpRoute[] = [];
  readonly family: Family;
  readonly service: ServiceView;

  constructor(family: Family, service: ServiceView) {
    this.family = family;
    this.service = service;
  }

  /** Sends what `map` finds for the frontend to the backends, of which there is at least one. */
  route(
    map: string,
    frontend: Frontend,
    port: ServicePortView,
    masquerade: Masquerade,
    scope: keyof Backends,
    backends: readonly Backend[],
  ): void {
    let target: string;
    if (this.service.spec?.sessionAffinity === 'ClientIP') {
      const group = this.#affinityGroup(frontend, port, masquerade);
      this.objects.push(...affinityObjects(this.family, group, scope, backends));
      target = affinityEntryChain(group, scope);
    } else {
      this.objects.push(...poolObjects(this.family, frontend, masquerade, backends.length));
      this.elements.push(...poolElements(frontend, masquerade, backends));
      target = poolName(frontend, masquerade, backends.length);
    }
    this.elements.push({ container: map, key: dispatchKey(frontend), value: `goto ${target}` });
    this.udpRoute(frontend, backends);
  }

  drop(map: string, frontend: Frontend): void {
    this.elements.push({ container: map, key: dispatchKey(frontend), value: 'drop' });
  }

  /** Where a frontend sends to depends on who asks, all that it may send to counts. */
  udpRoute(frontend: Frontend, backends: readonly Backend[]): void {
    if (frontend.protocol !== 'udp') return;
    const targets = backends.map(({ ip, port }) => `${ip} ${port}`);
    const known = this.udpRoutes.findIndex(route => dispatchKey(route.frontend) === dispatchKey(frontend));
    if (known < 0) this.udpRoutes.push({ frontend, backends: new Set(targets) });
    else this.udpRoutes[known] = { frontend, backends: new Set([...this.udpRoutes[known]!.backends, ...targets]) };
  }

  /** A pod that reaches itself through a Service must see another source than itself, or it answers itself directly. */
  allowHairpin(backends: readonly Backend[]): void {
    for (const { ip, isMaybeLocal } of backends) {
      if (isMaybeLocal) this.elements.push({ container: 'hairpin', key: `${ip} . ${ip}`, value: '' });
    }
  }

  #affinityGroup(frontend: Frontend, port: ServicePortView, masquerade: Masquerade): AffinityGroup {
    const timeoutSeconds = this.service.spec?.sessionAffinityConfig?.clientIP?.timeoutSeconds;
    return {
      name: `${serviceKey(this.service)}/${frontend.protocol}/${port.name ?? ''}`,
      protocol: frontend.protocol,
      timeoutSeconds: timeoutSeconds ?? defaultAffinityTimeoutSeconds,
      masquerade,
    };
  }
}

function protocolOf(port: ServicePortView): PortProtocol | undefined {
  const protocol = port.protocol ?? 'TCP';
  return protocol === 'TCP' ? 'tcp' : protocol === 'UDP' ? 'udp' : undefined;
}

function clusterIpsOf(service: ServiceView): readonly string[] {
  const { clusterIP, clusterIPs } = service.spec ?? {};
  if (clusterIPs !== undefined && clusterIPs.length > 0) return clusterIPs;
  return clusterIP === undefined ? [] : [clusterIP];
}

function externalIps(service: ServiceView, family: Family): ReadonlySet<string> {
  const given = (service.spec?.externalIPs ?? []).filter(ip => isOfFamily(family, ip));
  return new Set([...given, ...ingressIps(service, family)]);
}

/** Kubernetes: an ingress address of mode `Proxy` is the load balancer's own business. */
function ingressIps(service: ServiceView, family: Family): string[] {
  const ips: string[] = [];
  for (const { ip, ipMode } of service.status?.loadBalancer?.ingress ?? []) {
    if (ip !== undefined && ip !== '' && ipMode !== 'Proxy' && isOfFamily(family, ip)) ips.push(ip);
  }
  return ips;
}
