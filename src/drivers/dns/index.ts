/**
 * Sockets for the cluster's DNS: a server over UDP and TCP, questions to other servers, and which those are on this
 * host. What is answered is decided in `network/dns`.
 *
 * Start reading at `dns-server.ts`.
 */
export { listenForDns } from './dns-server.ts';
export { followHostNameServers } from './host-name-servers.ts';
export { NodeDnsTransport } from './node-dns-transport.ts';
