/**
 * What makes Services reachable and findable: rules that carry connections to endpoints (`proxy/`), and names (`dns/`).
 *
 * Start reading at `proxy/index.ts` and `dns/index.ts`.
 */
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
