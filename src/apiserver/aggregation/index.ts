/**
 * Aggregation: groups and versions that other API servers serve, as APIServices with a Service say.
 *
 * Owns which groups those are, whether their servers can be reached (the condition `Available`), what they say that they
 * serve, and passing requests on to them with the sender's identity. Headers, endpoints and connections are `../proxy`'s;
 * the APIServices of what this server serves itself are made in `../bootstrap`.
 *
 * Start reading at `aggregator.ts`.
 */
export { Aggregator, type AggregatorOptions } from './aggregator.ts';
export type { DiscoveredResource } from './discovery-documents.ts';
export { MergedOpenApi } from './merged-open-api.ts';
export { type RemoteApi, readRemoteApi, rootOf } from './remote-api.ts';
export { type AggregatorCertificate, aggregatorUser, RemoteCalls } from './remote-calls.ts';
export type { RemoteDiscovery, RemoteGroupVersion } from './remote-discovery.ts';
export type { RemoteOpenApi } from './remote-open-api.ts';
