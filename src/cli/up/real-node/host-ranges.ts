import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cidrContains, parseCidr, parseIp } from '../../../machinery/index.ts';
import { type Instance, runRoot } from './instance.ts';

/** A cluster's word that a range of addresses is its own on this host, until the next boot. */
interface Claim {
  readonly bridge: string;
  readonly dataDirectory: string;
  readonly pid: number;
}

/** Addresses as `ip -json address` lists them, also of bridges that have no port yet, which Node leaves out. */
interface HostLink {
  readonly ifname: string;
  readonly addr_info: readonly { readonly local?: string }[];
}

const claimDirectory = join(runRoot, 'ranges');

/**
 * Makes a range ours among the clusters of this host, so that two that start at once do not choose the same. Returns who
 * has it already, if somebody does: another cluster, or a network interface.
 */
export function takeRange(cidr: string, instance: Instance, dataDirectory: string): string | undefined {
  const links = listLinks();
  const user = links.find(link => link.ifname !== instance.bridge && hasAddressIn(link, cidr));
  if (user !== undefined) return `the network interface ${user.ifname}`;
  const claim: Claim = { bridge: instance.bridge, dataDirectory, pid: process.pid };
  mkdirSync(claimDirectory, { recursive: true, mode: 0o700 });
  if (write(cidr, claim)) return undefined;
  const holder = read(cidr);
  const isStale = holder === undefined || (!isAlive(holder.pid) && !links.some(link => link.ifname === holder.bridge));
  if (holder?.bridge !== instance.bridge && !isStale) return `the cluster of ${holder.dataDirectory}`;
  rmSync(fileOf(cidr), { force: true });
  return write(cidr, claim) ? undefined : 'a cluster that starts right now';
}

/** Lets others have it. */
export function leaveRange(cidr: string, instance: Instance): void {
  if (read(cidr)?.bridge === instance.bridge) rmSync(fileOf(cidr), { force: true });
}

function fileOf(cidr: string): string {
  return join(claimDirectory, `${cidr.replace('/', '_')}.json`);
}

/** False when there is a claim already. */
function write(cidr: string, claim: Claim): boolean {
  try {
    writeFileSync(fileOf(cidr), JSON.stringify(claim), { flag: 'wx', mode: 0o600 });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

function read(cidr: string): Claim | undefined {
  try {
    return JSON.parse(readFileSync(fileOf(cidr), 'utf8')) as Claim;
  } catch {
    // None, or one that a kill left half written: nobody's.
    return undefined;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function listLinks(): readonly HostLink[] {
  return JSON.parse(execFileSync('ip', ['-json', 'address', 'show'], { encoding: 'utf8' })) as HostLink[];
}

function hasAddressIn({ addr_info: addresses }: HostLink, cidr: string): boolean {
  const range = parseCidr(cidr)!;
  return addresses.some(({ local = '' }) => {
    const ip = parseIp(local);
    return ip !== undefined && cidrContains(range, ip);
  });
}
