import { readIfPresent, writePrivateFile } from '../../drivers/tls/index.ts';
import { cidrContains, formatIp, parseCidr } from '../../machinery/index.ts';
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
  /**
   * Makes a range for pods ours on this host, or says who has it. Absent with simulated nodes: their addresses exist in
   * the API only.
   */
  readonly take?: (podCidr: string) => string | undefined;
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
  const chosen = wanted.podCidr === undefined ? chooseFree(wanted) : askedFor(wanted.podCidr, wanted);
  requireApart(chosen);
  writePrivateFile(wanted.file, `${JSON.stringify(chosen, undefined, 2)}\n`);
  return chosen;
}

function chooseFree({ take, serviceCidr }: RangesWanted): ClusterRanges {
  const free = candidates.find(({ podCidr }) => take?.(podCidr) === undefined);
  if (free !== undefined) return { ...free, serviceCidr: serviceCidr ?? free.serviceCidr };
  throw new CommandError(
    `all of ${candidates[0]!.podCidr} to ${candidates.at(-1)!.podCidr} are in use on this host: choose --pod-cidr and --service-cidr`,
  );
}

function askedFor(podCidr: string, wanted: RangesWanted): ClusterRanges {
  requireFree(podCidr, wanted);
  return { podCidr, serviceCidr: wanted.serviceCidr ?? candidates[0]!.serviceCidr };
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
  requireFree(kept.podCidr, wanted);
  return kept;
}

function requireApart({ podCidr, serviceCidr }: ClusterRanges): void {
  const [pods, services] = [parseCidr(podCidr)!, parseCidr(serviceCidr)!];
  if (!cidrContains(pods, services.ip) && !cidrContains(services, pods.ip)) return;
  throw new CommandError(
    `the ranges of pods (${podCidr}) and of Services (${serviceCidr}) overlap: choose another --pod-cidr or --service-cidr`,
  );
}

function requireFree(podCidr: string, { take }: RangesWanted): void {
  const user = take?.(podCidr);
  if (user === undefined) return;
  throw new CommandError(
    `addresses ${podCidr} for pods are in use by ${user}: stop what uses them, or give a new --data-dir another --pod-cidr`,
  );
}
