import { type Cidr, cidrContains, parseCidr } from '../../machinery/index.ts';
import type { EndpointSliceView, ServiceView } from '../proxy/index.ts';
import { addressOfReverseName, reverseName, reverseZone } from './reverse-name.ts';
import { makeZoneEntry, type ZoneEntry } from './zone-entry.ts';

export interface ClusterZoneOptions {
  /** Without the last dot: `cluster.local`. */
  readonly name: string;
  /** Ranges of the cluster's own addresses: nobody else can answer for those, so an unknown one has no name. */
  readonly ownCidrs: readonly string[];
  /** Where the DNS Service is reached: the address of `ns.dns.ZONE`. */
  readonly serverIps: readonly string[];
}

/**
 * The names of the cluster, indexed for answering: what a Service means is worked out when it changes, so a question
 * costs a few map lookups however many Services there are.
 */
export class ClusterZone {
  readonly name: string;
  readonly serverIps: readonly string[];
  /** Grows with every change: the zone's serial number. */
  serial = 1;
  readonly #entries = new Map<string, ZoneEntry>();
  readonly #namespaces = new Set<string>();
  /** The Services with that ClusterIP, or with endpoints at that address, by the address's reverse name. */
  readonly #byIp = new Map<string, Set<string>>();
  readonly #ownRanges: readonly { readonly range: Cidr; readonly zone: string }[];

  constructor(options: ClusterZoneOptions) {
    this.name = options.name.toLowerCase();
    this.serverIps = options.serverIps;
    this.#ownRanges = options.ownCidrs.flatMap(cidr => {
      const range = parseCidr(cidr);
      const zone = reverseZone(cidr);
      return range === undefined || zone === undefined ? [] : [{ range, zone }];
    });
  }

  setNamespace(name: string, exists: boolean): void {
    this.serial++;
    if (exists) this.#namespaces.add(name);
    else this.#namespaces.delete(name);
  }

  hasNamespace(name: string): boolean {
    return this.#namespaces.has(name);
  }

  /** Takes in the present state of the Service `key`: `namespace/name`. */
  setService(key: string, service: ServiceView | undefined, slices: readonly EndpointSliceView[]): void {
    this.serial++;
    const before = this.#entries.get(key);
    if (before !== undefined) for (const name of reverseNamesOf(before)) this.#unlink(name, key);
    const entry = service && makeZoneEntry(service, slices);
    if (entry === undefined) {
      this.#entries.delete(key);
      return;
    }
    this.#entries.set(key, entry);
    for (const name of reverseNamesOf(entry)) this.#link(name, key);
  }

  find(namespace: string, name: string): ZoneEntry | undefined {
    return this.#entries.get(`${namespace}/${name}`);
  }

  /** The Services that a reverse name's address belongs to. */
  findByReverseName(name: string): readonly ZoneEntry[] {
    const keys = this.#byIp.get(name);
    return keys === undefined ? [] : [...keys].map(key => this.#entries.get(key)!);
  }

  /** The reverse zone that we alone can answer for, where the name asks about one of the cluster's own addresses. */
  ownReverseZone(name: string): string | undefined {
    const address = addressOfReverseName(name);
    if (address === undefined) return undefined;
    return this.#ownRanges.find(({ range }) => cidrContains(range, address))?.zone;
  }

  #link(name: string, key: string): void {
    const keys = this.#byIp.get(name);
    if (keys === undefined) this.#byIp.set(name, new Set([key]));
    else keys.add(key);
  }

  #unlink(name: string, key: string): void {
    const keys = this.#byIp.get(name);
    keys?.delete(key);
    if (keys?.size === 0) this.#byIp.delete(name);
  }
}

function reverseNamesOf(entry: ZoneEntry): string[] {
  const ips = [...entry.clusterIps];
  for (const endpoints of entry.endpoints.values()) for (const { ip } of endpoints) ips.push(ip);
  return ips.map(reverseName).filter(name => name !== undefined);
}
