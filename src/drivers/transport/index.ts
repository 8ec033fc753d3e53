/**
 * The client's `Transport` over HTTPS, for processes other than the server's: the command line, agents, tests.
 *
 * Start reading at `https-transport.ts`; a kubeconfig is read by `../tls` (`readKubeconfig`).
 */
export { HttpsTransport, type HttpsTransportOptions } from './https-transport.ts';
