import { networkInterfaces } from 'node:os';
import { readIfPresent, writePrivateFile } from '../../drivers/tls/index.ts';
import { type Cidr, cidrContains, formatIp, parseCidr, parseIp } from '../../machinery/index.ts';
import { CommandError } from '../command-error.ts';

/** The addresses that a cluster gives to its pods and Services. Chosen once: objects in the store hold them. */
export interface ClusterRanges {
  readonly podCidr: string;
  readonly serviceCidr: string;
}

export interface RangesWanted {
  /** Where the choice is kept. */
  readonly file: string;
  readonly podCidr?: string | undefined;
  readonly serviceCidr?: string | undefined;
  /** With a real node the host routes the pods' range to a bridge of this name: nothing else may have it. */
  readonly bridge?: string | undefined;
}

/** Kubernetes' usual ranges, and as many of their neighbours as clusters may share a host. */
const candidates: readonly ClusterRanges[] = Array.from({ length: 8 }, (_, index) => ({
  podCidr: `10.${244 + index}.0.0/16`,
  serviceCidr: `10.${96 + index}.0.0/16`,
}));

/** The ranges of an earlier start, or else those asked for, or else the first that nobody on this host uses. */
export function chooseRanges(wanted: RangesWanted): ClusterRanges {
  const kept = readIfPresent(wanted.file);
  if (kept !== undefined) return confirm(JSON.parse(kept) as ClusterRanges, wanted);
  const free = candidates.find(ranges => findUser(ranges.podCidr, wanted.bridge) === undefined);
  const chosen = {
    podCidr: wanted.podCidr ?? (free ?? candidates[0]!).podCidr,
    serviceCidr: wanted.serviceCidr ?? (free ?? candidates[0]!).serviceCidr,
  };
  requireUnused(chosen, wanted.bridge);
  writePrivateFile(wanted.file, `${JSON.stringify(chosen, undefined, 2)}\n`);
  return chosen;
}

/** The first subnet of the pods' range: that of the only real node. */
export function firstNodeRange(podCidr: string): string {
  return `${addressIn(podCidr, 0)}/24`;
}

/** The address that many steps behind the range's first: `10.96.0.10` of `10.96.0.0/16`, 10. */
export function addressIn(cidr: string, offset: number): string {
  const range = parseCidr(cidr)!;
  return formatIp({ family: range.family, bits: range.base + BigInt(offset) });
}

function confirm(kept: ClusterRanges, wanted: RangesWanted): ClusterRanges {
  for (const [flag, name] of [['--pod-cidr', 'podCidr'] as const, ['--service-cidr', 'serviceCidr'] as const]) {
    if (wanted[name] !== undefined && wanted[name] !== kept[name]) {
      throw new CommandError(
        `this cluster has had ${kept[name]} since its first start: ${flag} ${wanted[name]} needs a new --data-dir`,
      );
    }
  }
  requireUnused(kept, wanted.bridge);
  return kept;
}

function requireUnused({ podCidr }: ClusterRanges, bridge: string | undefined): void {
  const user = findUser(podCidr, bridge);
  if (user === undefined) return;
  throw new CommandError(
    `addresses ${podCidr} for pods are in use by the network interface ${user}: stop what uses it (another cluster?), ` +
      'or give a new --data-dir another --pod-cidr',
  );
}

/** The interface, other than our own, that has an address of the range; undefined without a bridge: no pod is routed. */
function findUser(cidr: string, bridge: string | undefined): string | undefined {
  if (bridge === undefined) return undefined;
  const range = parseCidr(cidr)!;
  for (const [name, entries] of Object.entries(networkInterfaces())) {
    if (name === bridge) continue;
    if (entries?.some(entry => isInside(range, entry.address))) return name;
  }
  return undefined;
}

function isInside(range: Cidr, address: string): boolean {
  const ip = parseIp(address.split('%')[0]!);
  return ip !== undefined && cidrContains(range, ip);
}
