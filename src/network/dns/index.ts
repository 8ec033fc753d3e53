/**
 * The cluster's DNS, as Kubernetes' "DNS-Based Service Discovery" 1.1.0 has it: what names Services, their endpoints
 * and pods have, and how to answer questions about them and, with the help of other servers, about all others.
 *
 * Pure but for `upstream-pool.ts` and `dns-resolver.ts`, which await other servers' answers through a `DnsTransport`.
 * Sockets are in `drivers/dns`; who tells the zone about Services is `../cluster-dns.ts`.
 *
 * The way through it: `cluster-zone.ts` holds the names (`zone-entry.ts` is what one Service means), `answer-question.ts`
 * answers from it, `dns-resolver.ts` goes from message to message, with `read-query.ts` and `write-answer.ts` for the
 * wire, `response-cache.ts` and `upstream-pool.ts` for what lies outside the cluster.
 *
 * The wire is written here and not by `dns-packet` because that does not compress names; the tests read with it.
 *
 * Absent: DNSSEC, zone transfers, stub domains.
 */
export { answerQuestion, recordTtlSeconds, type ZoneAnswer } from './answer-question.ts';
export { ClusterZone, type ClusterZoneOptions } from './cluster-zone.ts';
export type { DnsListener, DnsListenerOptions, ListenForDns } from './dns-listener.ts';
export { DnsResolver } from './dns-resolver.ts';
export { type Answer, type DnsRecord, recordTypes, responseCodes } from './records.ts';
export { readNameServers } from './resolv-conf.ts';
export { type DnsProtocol, type DnsTransport, UpstreamPool } from './upstream-pool.ts';
