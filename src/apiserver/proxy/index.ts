/**
 * Passing requests on: the `proxy` subresources of pods, services and nodes, and what aggregation shares with them:
 * finding a Service's endpoint, headers, upgrades.
 *
 * Owns where a request goes and what becomes of its path, headers and links. Opens no connection: that is the port
 * `ReverseProxy`, implemented by `drivers/proxy`; a node's kubelet is asked through `NodeConnections`. Authorization has
 * happened before.
 *
 * Absent: limits of bandwidth per connection, HTTP trailers.
 *
 * Start reading at `subresource-proxy.ts`, then `reverse-proxy.ts`.
 */
export { type Forwarding, formatHost, forwardUpgrade, passBack, toBackendRequest } from './forward.ts';
export type { ProxiedName } from './proxied-name.ts';
export { isHopByHop, passBackHeaders, passOnHeaders, passOnUpgradeHeaders } from './proxy-headers.ts';
export {
  type Choose,
  findEndpoint,
  listSlices,
  resolveService,
  type ServiceAddress,
  type ServiceReference,
} from './resolve-service.ts';
export type {
  Backend,
  BackendRequest,
  BackendResponse,
  BodyEncoding,
  ReverseProxy,
  UpgradeOutcome,
} from './reverse-proxy.ts';
export {
  isProxyRequest,
  type ProxiedRequest,
  readProxiedRequest,
  SubresourceProxy,
  type SubresourceProxyOptions,
} from './subresource-proxy.ts';
