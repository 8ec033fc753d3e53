/**
 * From Services and EndpointSlices to an nftables table per address family, and from one state of it to the next.
 *
 * Pure: text and data in, text and data out. What applies the text is a `PacketFilter` (see `drivers/nftables`); what
 * watches the objects and batches changes is `../service-proxy.ts`.
 *
 * The way through it: `service-rules.ts` says what one Service puts into the table (`backends.ts` chooses endpoints,
 * `pool.ts` and `affinity.ts` write chains and maps), `ledger.ts` sums that up over all Services and knows what
 * changed, `script.ts` writes it in nft's language below `skeleton.ts`. `udp-flows.ts` finds what the kernel remembers
 * wrongly afterwards.
 *
 * Absent: SCTP, topology hints and traffic distribution, health check ports of load balancers.
 */
export { type Family, ipv4, ipv6, isOfFamily } from './family.ts';
export { RulesetLedger } from './ledger.ts';
export {
  applyChange,
  type Contribution,
  diffModels,
  type Element,
  emptyModel,
  isEmptyChange,
  type RulesetChange,
  type RulesetModel,
  type TableObject,
} from './model.ts';
export type { PacketFilter } from './packet-filter.ts';
export { ProxyState, type ProxyStateOptions, type ProxyUpdate } from './proxy-state.ts';
export { writeChange, writeCheck, writeRemoval, writeTable } from './script.ts';
export { isProxied, rulesForService, type ServiceRules, type UdpRoute, unsupportedPorts } from './service-rules.ts';
export {
  type EndpointSliceView,
  type EndpointView,
  type NodeFacts,
  type ServicePortView,
  type ServiceView,
  serviceKey,
  serviceNameLabel,
  sliceServiceKey,
} from './service-view.ts';
export type { SkeletonOptions } from './skeleton.ts';
export { findStaleFlows, type TrackedFlow } from './udp-flows.ts';
