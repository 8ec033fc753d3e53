/**
 * The API server: a function from a request to its outcome. `core-contract.ts` says what crosses its borders: requests
 * and results, authorization, admission, and the ports to nodes and to computed resources. HTTP (`http/`) and
 * authentication (`auth/`) stand around it and know nothing of stores.
 *
 * Start reading at `core-contract.ts`, then `api-server.ts` and `requests/perform.ts`.
 */

export { ApiServer, type ApiServerOptions } from './api-server.ts';
export type { AdvertisedAddress, AuthenticationTrust, ComponentCheck, ComponentHealth } from './bootstrap/index.ts';
export type {
  AdmissionOperation,
  AdmissionPlugin,
  AdmissionRequest,
  AdmissionRound,
  ApiCore,
  ApiResult,
  ApiWatchEvent,
  ApiWatchSink,
  AuthorizationAttributes,
  AuthorizationDecision,
  Authorizer,
  ByteDuplex,
  ByteSink,
  ByteSource,
  CallContext,
  ConnectRequest,
  ExecSession,
  KubeletRequest,
  KubeletResponse,
  ListResult,
  NodeConnections,
  ObjectResult,
  OtherResult,
  OutboundCalls,
  OutboundRequest,
  OutboundResponse,
  PodLogRequest,
  PodStreamRequest,
  ResourceRegistry,
  ServedResource,
  TerminalSize,
  UserInfo,
  VirtualResource,
  VirtualResources,
} from './core-contract.ts';
export type { FlowControl } from './flow-control/index.ts';
export type { HealthCheck } from './health-check.ts';
export { createLocalTransport } from './local-transport.ts';
export type { ObjectView } from './object-view.ts';
export { convertToServed } from './served-version.ts';
export { type RunningApiServer, type StartOptions, startApiServer } from './start-api-server.ts';
