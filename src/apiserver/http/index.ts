/**
 * The API server's face to HTTP: a function from an abstract request to a response. Paths and queries, content
 * negotiation, bodies, discovery, OpenAPI, health and metrics, Tables, watch streams.
 *
 * Owns no sockets (`drivers/http`), no rules about objects (the core) and no policy (`../auth`).
 * Start reading at `api-handler.ts`, then `http-message.ts`.
 */

export type { HealthCheck } from '../health-check.ts';
export { ApiHandler, type ApiHandlerOptions, type UpgradeAnswer } from './api-handler.ts';
export { createOpenApi } from './create-open-api.ts';
export type {
  ClientCertificate,
  Frame,
  FrameSink,
  FrameSource,
  HttpBody,
  HttpHeaders,
  HttpRequest,
  HttpResponse,
} from './http-message.ts';
export { readHeader } from './http-message.ts';
export type { TokenIssuer } from './non-resource-routes.ts';
export type { OpenApiSource } from './open-api-source.ts';
export { explainMissingLog } from './pod-log.ts';
export type { StreamTarget } from './pod-stream.ts';
export type { Tunnel } from './proxied-requests.ts';
export { refuseLargeBody, requestBodyBytesMax } from './request-body.ts';
export type { RequestLimits } from './request-deadlines.ts';
export { describeVersion, type ServerVersion } from './server-version.ts';
export { respondStatus } from './status-response.ts';
