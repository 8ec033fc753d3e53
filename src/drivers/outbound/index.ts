/**
 * Requests that the API server makes itself, over HTTPS: to webhooks, to issuers of tokens, to aggregated servers.
 * Implements `OutboundCalls`.
 *
 * Owns connections (kept and used again, per target), verification as Go's programs do it, and Go's error texts. Does not
 * resolve Services and knows no webhook: whoever calls says where to connect.
 *
 * Absent: proxies from the environment, HTTP/2, redirects.
 *
 * Start reading at `https-calls.ts`.
 */
export { HttpsCalls, type HttpsCallsOptions } from './https-calls.ts';
