import { type Family, isOfFamily } from './family.ts';

/** Packets with this bit of the mark leave with the node's own address. Kubernetes: kube-proxy uses the same bit. */
const masqueradeBit = '0x4000';

export const markForMasquerade = `meta mark set meta mark or ${masqueradeBit}`;

export interface SkeletonOptions {
  readonly table: string;
  readonly podCidrs: readonly string[];
  /** Of Services' own addresses: whichever of them no Service has is refused instead of being looked for elsewhere. */
  readonly serviceCidrs?: readonly string[] | undefined;
  /** Whether pods' connections to outside the cluster leave with the node's address. */
  readonly shouldMasqueradePodEgress: boolean;
}

/**
 * The part of a family's table that no Service changes: base chains, the maps that dispatch by address and port, and
 * the sets that chains look into. Chains named in `pool.ts` and `affinity.ts` hang below it.
 *
 * A new connection goes through `services` once, in prerouting or output, which are nat hooks: the kernel remembers
 * the choice for its later packets. What is still addressed to a Service's own address afterwards has no endpoint, or
 * asked for a port that the Service does not have: it is refused at once, not left to time out.
 *
 * Kubernetes: as kube-proxy's nftables mode, except that Services are entries in maps that they share, not chains.
 * Differs from Kubernetes: refused in prerouting rather than in input and forward, so that a node without a default
 * route refuses as well; TCP is refused by a reset, which no ICMP rate limit delays.
 */
export function skeletonOf(family: Family, options: SkeletonOptions): string {
  const f = family.name;
  const address = family.nftAddress;
  const destination = `${f} daddr . meta l4proto . th dport`;
  const toThisNode = `fib daddr type local ${f} daddr != ${family.loopback}`;
  const fromOutside = `${f} saddr != @pod-cidrs fib saddr type != local`;
  return `table ${f} ${options.table} {
  set pod-cidrs { type ${address}; flags interval; auto-merge; ${elementsOf(options.podCidrs)} }
  set cluster-ips { type ${address}; }
  set hairpin { type ${address} . ${address}; }
  set unserved-ips { type ${address} . inet_proto . inet_service; }
  set unserved-node-ports { type inet_proto . inet_service; }
  set restricted-ips { type ${address} . inet_proto . inet_service; }
  set allowed-sources { type ${address} . inet_proto . inet_service . ${address}; flags interval; }
  map service-ips { type ${address} . inet_proto . inet_service : verdict; }
  map service-ips-local { type ${address} . inet_proto . inet_service : verdict; }
  map node-ports { type inet_proto . inet_service : verdict; }
  map node-ports-local { type inet_proto . inet_service : verdict; }

  chain node-ports {
    ${fromOutside} meta l4proto . th dport vmap @node-ports-local
    meta l4proto . th dport vmap @node-ports
  }
  chain services {
    ${fromOutside} ${destination} vmap @service-ips-local
    ${destination} vmap @service-ips
    ${toThisNode} goto node-ports
  }
  chain nat-prerouting {
    type nat hook prerouting priority -100;
    jump services
  }
  chain nat-output {
    type nat hook output priority -100;
    jump services
  }
  chain nat-postrouting {
    type nat hook postrouting priority 100;
    meta mark and ${masqueradeBit} != 0 meta mark set meta mark xor ${masqueradeBit} masquerade
    ${f} saddr . ${f} daddr @hairpin ct status dnat masquerade
    ${options.shouldMasqueradePodEgress ? `${f} saddr @pod-cidrs ${f} daddr != @pod-cidrs ${f} daddr != ${family.multicast} masquerade` : ''}
  }

  chain source-ranges {
    ${destination} @restricted-ips ${destination} . ${f} saddr != @allowed-sources drop
  }
  chain before-nat-prerouting {
    type filter hook prerouting priority -110;
    ct state new jump source-ranges
  }
  chain before-nat-output {
    type filter hook output priority -110;
    ct state new jump source-ranges
  }

  chain refuse {
    meta l4proto tcp reject with tcp reset
    reject
  }
  chain unserved {
    ${f} daddr @cluster-ips goto refuse
    ${refuseRange(f, ofFamily(family, options.serviceCidrs))}
    ${destination} @unserved-ips goto refuse
    ${toThisNode} meta l4proto . th dport @unserved-node-ports goto refuse
  }
  chain after-nat-prerouting {
    type filter hook prerouting priority -90;
    ct state new jump unserved
  }
  chain after-nat-output {
    type filter hook output priority -90;
    ct state new jump unserved
  }
}
`;
}

/** Kubernetes: kube-proxy drops what goes to an address that no Service has, which then times out. */
function refuseRange(f: Family['name'], cidrs: readonly string[]): string {
  return cidrs.length === 0 ? '' : `${f} daddr { ${cidrs.join(', ')} } goto refuse`;
}

function ofFamily(family: Family, cidrs: readonly string[] = []): readonly string[] {
  return cidrs.filter(cidr => isOfFamily(family, cidr));
}

function elementsOf(entries: readonly string[]): string {
  return entries.length === 0 ? '' : `elements = { ${entries.join(', ')} }`;
}
