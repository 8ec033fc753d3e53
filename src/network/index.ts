/**
 * What makes Services reachable and findable: rules that carry connections to endpoints (`proxy/`), and names (`dns/`).
 *
 * `start-service-proxy.ts` and `cluster-dns.ts` connect them to the API; both take what touches the outside as ports,
 * which `drivers/nftables` and `drivers/dns` implement.
 *
 * Who owns what on a node: the CNI bridge plugin gives pods their addresses and routes, with `ipMasq: false` and
 * `hairpinMode: true`. That pods reach the outside with the node's address (`shouldMasqueradePodEgress`), and that a pod
 * reaches itself through a Service, is in our table, so that one table says all and iptables is not needed.
 *
 * Start reading at `proxy/index.ts` and `dns/index.ts`.
 */
export { type ClusterDns, type ClusterDnsOptions, type ClusterDnsPorts, startClusterDns } from './cluster-dns.ts';
export {
  ClusterZone,
  type ClusterZoneOptions,
  type DnsListener,
  type DnsListenerOptions,
  type DnsProtocol,
  DnsResolver,
  type DnsTransport,
  type ListenForDns,
  readNameServers,
  UpstreamPool,
} from './dns/index.ts';
export {
  type EndpointSliceView,
  type EndpointView,
  findStaleFlows,
  ipv4,
  ipv6,
  type NodeFacts,
  type PacketFilter,
  RulesetLedger,
  rulesForService,
  type ServiceRules,
  type ServiceView,
  type SkeletonOptions,
  type TrackedFlow,
  writeChange,
  writeRemoval,
  writeTable,
} from './proxy/index.ts';
export { ServiceProxy, type ServiceProxyOptions, type ServiceSource } from './service-proxy.ts';
export { startServiceProxy } from './start-service-proxy.ts';
