/**
 * The sockets of an API server: TLS, HTTP/1.1 and HTTP/2, upgrades for exec, attach and port-forward.
 *
 * Owns connections, bodies, back-pressure and closing; what a request means is the handler's (`apiserver/http`).
 * Start reading at `https-server.ts`.
 */
export { type HttpsServer, type HttpsServerOptions, ListenError, startHttpsServer } from './https-server.ts';
