import type { ClusterZone } from './cluster-zone.ts';
import { type Answer, type DnsRecord, recordTypes, responseCodes } from './records.ts';
import { reverseName } from './reverse-name.ts';
import { type NamedPort, undashedIp, type ZoneEndpoint, type ZoneEntry } from './zone-entry.ts';

/** Kubernetes: what kubeadm's CoreDNS is told to use, in seconds. */
export const recordTtlSeconds = 30;

/** Kubernetes: the version of the DNS specification that the zone follows. */
const schemaVersion = '1.1.0';

/** What the cluster's own data says about a question. */
export interface ZoneAnswer extends Answer {
  /** Where the answer ends in an alias: the name whose records the client is after. */
  readonly alias: string | undefined;
}

/**
 * Answers from the cluster's zone, as Kubernetes' DNS-based service discovery 1.1.0 has it; undefined where the name
 * lies outside and somebody else must be asked.
 *
 * `name` is as asked: answers repeat its letters' case, by which some resolvers tell genuine answers from forged ones.
 */
export function answerQuestion(zone: ClusterZone, name: string, type: number): ZoneAnswer | undefined {
  const lower = name.toLowerCase();
  if (lower === zone.name) return answerApex(zone, name, type);
  if (lower.endsWith(`.${zone.name}`)) {
    const labels = lower.slice(0, -zone.name.length - 1).split('.');
    return complete(zone, zone.name, type, findRecords(zone, name, labels.reverse(), type));
  }
  if (lower.endsWith('.arpa')) return answerReverse(zone, name, lower, type);
  return undefined;
}

/** The records at a name, of all types that matter to the question; undefined where there is no such name. */
type Found = readonly DnsRecord[] | undefined;

const nothing: readonly DnsRecord[] = [];

/** Labels from the zone downwards: `['svc', 'default', 'web', '_tcp', '_http']`. */
function findRecords(zone: ClusterZone, name: string, labels: readonly string[], type: number): Found {
  const [kind, namespace] = labels;
  if (kind === 'dns') return findServerRecords(zone, name, labels);
  if (kind === 'dns-version' && labels.length === 1) {
    return [{ name, ttl: recordTtlSeconds, type: 'TXT', data: schemaVersion }];
  }
  if (kind !== 'svc' && kind !== 'pod') return undefined;
  // Names that only have others below them exist without records.
  if (namespace === undefined) return nothing;
  if (!zone.hasNamespace(namespace)) return undefined;
  if (labels.length === 2) return nothing;
  return kind === 'pod' ? findPodRecords(name, labels) : findServiceRecords(zone, name, labels, type);
}

/** Kubernetes: CoreDNS's `pods insecure`, kubeadm's choice: any address has a name, whether or not a pod has it. */
function findPodRecords(name: string, labels: readonly string[]): Found {
  const ip = labels.length === 3 ? undashedIp(labels[2]!) : undefined;
  return ip === undefined ? undefined : [addressRecord(name, ip)];
}

function findServerRecords(zone: ClusterZone, name: string, labels: readonly string[]): Found {
  if (labels.length === 1) return nothing;
  return labels.length === 2 && labels[1] === 'ns' ? zone.serverIps.map(ip => addressRecord(name, ip)) : undefined;
}

function findServiceRecords(zone: ClusterZone, name: string, labels: readonly string[], type: number): Found {
  const entry = zone.find(labels[1]!, labels[2]!);
  if (entry === undefined || labels.length > 5) return undefined;
  const [, , , fourth, fifth] = labels;
  if (fourth?.startsWith('_')) return findPortRecords(zone, entry, name, fourth, fifth, type);
  if (fifth !== undefined) return undefined;
  if (entry.kind === 'external') {
    return fourth === undefined ? [{ name, ttl: recordTtlSeconds, type: 'CNAME', data: entry.target }] : undefined;
  }
  if (fourth !== undefined) {
    const endpoints = entry.endpoints.get(fourth);
    return endpoints && recordsOf(zone, entry, name, endpoints, [], type, undefined);
  }
  return findAll(zone, entry, name, type, undefined);
}

type PortFilter = (port: NamedPort) => boolean;

/** `_http._tcp.web`, or `_tcp.web`, which exists where anything lies below it. */
function findPortRecords(
  zone: ClusterZone,
  entry: ZoneEntry,
  name: string,
  protocolLabel: string,
  portLabel: string | undefined,
  type: number,
): Found {
  const protocol = protocolLabel.slice(1);
  const isOfProtocol: PortFilter = port => port.protocol === protocol && port.name !== '';
  if (portLabel === undefined) {
    return findAll(zone, entry, name, recordTypes.SRV, isOfProtocol) === undefined ? undefined : nothing;
  }
  if (!portLabel.startsWith('_')) return undefined;
  return findAll(zone, entry, name, type, port => isOfProtocol(port) && port.name === portLabel.slice(1));
}

/** Kubernetes: a headless Service without ready endpoints has no name; one with a ClusterIP always has. */
function findAll(
  zone: ClusterZone,
  entry: ZoneEntry,
  name: string,
  type: number,
  isWanted: PortFilter | undefined,
): Found {
  if (entry.kind === 'cluster-ip') {
    if (isWanted !== undefined && !entry.ports.some(isWanted)) return undefined;
    return recordsOf(zone, entry, name, [], entry.clusterIps, type, isWanted);
  }
  const endpoints = [...entry.endpoints.values()].flat();
  const wanted = isWanted === undefined ? endpoints : endpoints.filter(({ ports }) => ports.some(isWanted));
  return wanted.length === 0 ? undefined : recordsOf(zone, entry, name, wanted, [], type, isWanted);
}

function recordsOf(
  zone: ClusterZone,
  entry: ZoneEntry,
  name: string,
  endpoints: readonly ZoneEndpoint[],
  clusterIps: readonly string[],
  type: number,
  isWanted: PortFilter | undefined,
): DnsRecord[] {
  if (type === recordTypes.SRV) return serviceRecords(zone, entry, name, endpoints, clusterIps, isWanted);
  const ips = new Set([...clusterIps, ...endpoints.map(({ ip }) => ip)]);
  return [...ips].map(ip => addressRecord(name, ip));
}

/** Kubernetes: CoreDNS names all ports where none was asked for, and shares a weight of 100 among the records. */
function serviceRecords(
  zone: ClusterZone,
  entry: ZoneEntry,
  name: string,
  endpoints: readonly ZoneEndpoint[],
  clusterIps: readonly string[],
  isWanted: PortFilter | undefined,
): DnsRecord[] {
  const base = `${entry.name}.${entry.namespace}.svc.${zone.name}`;
  const targets = new Map<string, { readonly target: string; readonly port: number }>();
  const add = (target: string, ports: readonly NamedPort[]): void => {
    for (const port of ports) {
      if (port.port === 0 || isWanted?.(port) === false) continue;
      targets.set(`${target} ${port.port}`, { target, port: port.port });
    }
  };
  if (clusterIps.length > 0) add(base, entry.ports);
  for (const { label, ports } of endpoints) add(`${label}.${base}`, ports);
  const weight = Math.floor(100 / Math.max(1, targets.size));
  return [...targets.values()].map(({ target, port }) => ({
    name,
    ttl: recordTtlSeconds,
    type: 'SRV',
    data: { priority: 0, weight, port, target },
  }));
}

function answerApex(zone: ClusterZone, name: string, type: number): ZoneAnswer {
  const server = `ns.dns.${zone.name}`;
  const records: DnsRecord[] = [{ name, ttl: recordTtlSeconds, type: 'NS', data: server }, soaRecord(zone, name)];
  return complete(zone, zone.name, type, records);
}

/** A name for every Service that has the address; an endpoint's name lies below its Service's. */
function answerReverse(zone: ClusterZone, name: string, lower: string, type: number): ZoneAnswer | undefined {
  const records: DnsRecord[] = [];
  for (const entry of zone.findByReverseName(lower)) {
    const base = `${entry.name}.${entry.namespace}.svc.${zone.name}`;
    const add = (data: string): number => records.push({ name, ttl: recordTtlSeconds, type: 'PTR', data });
    if (entry.clusterIps.some(ip => reverseName(ip) === lower)) {
      add(base);
      continue;
    }
    for (const { label, ip } of [...entry.endpoints.values()].flat()) {
      if (reverseName(ip) === lower) add(`${label}.${base}`);
    }
  }
  const reverseZone = zone.ownReverseZone(lower);
  if (records.length > 0) return complete(zone, reverseZone ?? lower, type, records);
  return reverseZone === undefined ? undefined : complete(zone, reverseZone, type, undefined);
}

/** The answer with those records that were asked for; without any, the zone's SOA says for how long that holds. */
function complete(zone: ClusterZone, zoneName: string, type: number, found: Found): ZoneAnswer {
  const wanted = found?.filter(record => recordTypes[record.type] === type || record.type === 'CNAME') ?? [];
  const alias = wanted.find(record => record.type === 'CNAME');
  const additional = wanted.flatMap(record => (record.type === 'SRV' ? targetAddresses(zone, record.data.target) : []));
  return {
    code: found === undefined ? responseCodes.NXDOMAIN : responseCodes.NOERROR,
    isAuthoritative: true,
    answers: wanted,
    authority: wanted.length === 0 ? [soaRecord(zone, zoneName)] : [],
    additional: uniqueRecords(additional),
    alias: alias?.type === 'CNAME' && type !== recordTypes.CNAME ? alias.data : undefined,
  };
}

/** What a client asks next about an SRV record's target. */
function targetAddresses(zone: ClusterZone, target: string): readonly DnsRecord[] {
  const labels = target.slice(0, -zone.name.length - 1).split('.');
  return findRecords(zone, target, labels.reverse(), recordTypes.A) ?? [];
}

function uniqueRecords(records: readonly DnsRecord[]): DnsRecord[] {
  const unique = new Map<string, DnsRecord>();
  for (const record of records) unique.set(`${record.name} ${String(record.data)}`, record);
  return [...unique.values()];
}

function addressRecord(name: string, ip: string): DnsRecord {
  return { name, ttl: recordTtlSeconds, type: ip.includes(':') ? 'AAAA' : 'A', data: ip };
}

function soaRecord(zone: ClusterZone, name: string): DnsRecord {
  const data = {
    primary: `ns.dns.${zone.name}`,
    mailbox: `hostmaster.${zone.name}`,
    serial: zone.serial,
    refresh: 7200,
    retry: 1800,
    expire: 86_400,
    minimum: recordTtlSeconds,
  };
  return { name, ttl: recordTtlSeconds, type: 'SOA', data };
}
