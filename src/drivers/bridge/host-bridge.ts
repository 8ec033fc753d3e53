import { cidrContains, formatIp, parseCidr } from '../../machinery/index.ts';
import { runCommand } from '../nftables/index.ts';

export interface HostBridge {
  /** At most 15 characters, unique on the machine. */
  readonly name: string;
  /** The subnets of this node's pods; the bridge has the first address of each, which is the pods' gateway. */
  readonly podCidrs: readonly string[];
  /** Put before every command, to make it in another network namespace. */
  readonly prefix?: readonly string[];
}

/** The first address of a subnet: `10.244.0.1` of `10.244.0.0/24`. The CNI plugin host-local keeps it for the gateway. */
export function gatewayOf(podCidr: string): string {
  const cidr = parseCidr(podCidr);
  const address = cidr && { family: cidr.family, bits: cidr.base + 1n };
  if (cidr === undefined || address === undefined || !cidrContains(cidr, address)) {
    throw new Error(`no subnet for pods: ${podCidr}`);
  }
  return formatIp(address);
}

/**
 * Makes the bridge that pods hang on, or completes it, and resolves to its addresses. The CNI plugin would make it with
 * the first pod, but the cluster's DNS listens on its address before that.
 *
 * Its hardware address is set, since a bridge otherwise takes a new one from each port that comes, and pods would go on
 * sending to the old one.
 */
export async function prepareBridge(bridge: HostBridge): Promise<readonly string[]> {
  const gateways = bridge.podCidrs.map(gatewayOf);
  const ip = (...args: string[]): Promise<void> => runIp(bridge, args);
  await ip('link', 'add', bridge.name, 'address', hardwareAddress(gateways[0]!), 'type', 'bridge');
  for (const [i, gateway] of gateways.entries()) {
    const length = bridge.podCidrs[i]!.split('/')[1];
    // Without duplicate address detection, which an IPv6 address of a bridge without ports never passes.
    await ip('addr', 'add', `${gateway}/${length}`, 'dev', bridge.name, ...(gateway.includes(':') ? ['nodad'] : []));
  }
  await ip('link', 'set', bridge.name, 'up');
  return gateways;
}

/** Takes the bridge away, with what still hangs on it. Succeeds as well where there is none. */
export async function removeBridge(bridge: Pick<HostBridge, 'name' | 'prefix'>): Promise<void> {
  await runIp(bridge, ['link', 'delete', bridge.name]);
}

/** As kubenet made them: a fixed beginning, then the IPv4 address, so that no two on a network are the same. */
function hardwareAddress(gateway: string): string {
  const bytes = gateway.includes(':') ? [0xfd, 0, 0, 1] : gateway.split('.').map(Number);
  return ['0a', '58', ...bytes.map(byte => byte.toString(16).padStart(2, '0'))].join(':');
}

// Kernels before 6 and after say it differently.
const alreadySo = /File exists|already assigned|Cannot find device/;

async function runIp({ prefix = [] }: Pick<HostBridge, 'prefix'>, args: readonly string[]): Promise<void> {
  const { code, stderr } = await runCommand([...prefix, 'ip', ...args]);
  if (code !== 0 && !alreadySo.test(stderr)) throw new Error(`ip ${args.join(' ')}: ${stderr.trim()}`);
}
