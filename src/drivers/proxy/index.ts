/**
 * Requests that the API server passes on: to pods, nodes and aggregated servers, over HTTP/2 where they speak it and
 * HTTP/1.1 otherwise. Implements `ReverseProxy`.
 *
 * Owns connections (kept and used again), verification, streams and their breaking off on either side, gzip. What is
 * passed on, and to whom, is decided in `apiserver/proxy` and `apiserver/aggregation`.
 *
 * Absent: trailers, HTTP/2 without TLS.
 *
 * Start reading at `node-reverse-proxy.ts`.
 */
export { NodeReverseProxy } from './node-reverse-proxy.ts';
