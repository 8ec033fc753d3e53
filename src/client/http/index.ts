/**
 * The client's requests as HTTP: addresses, bodies, failures, the lines of a watch. For every transport that goes over a
 * network, whoever owns the connections.
 *
 * Start reading at `request-url.ts`.
 */
export { type EncodedBody, encodeBody, methods } from './request-body.ts';
export { formatUrl, plainOptions } from './request-url.ts';
export { fromStatus, toStatusError } from './status-failure.ts';
export { WatchLines } from './watch-lines.ts';
