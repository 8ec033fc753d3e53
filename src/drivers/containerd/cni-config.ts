import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

export interface BridgeNetwork {
  /** At most 15 characters, unique on the machine. */
  readonly bridge: string;
  /** One or two (IPv4 and IPv6) subnets of this node's pods. */
  readonly podCidrs: readonly string[];
  /** Where host-local notes the addresses it gave out. */
  readonly stateDirectory: string;
  readonly mtu?: number;
}

const fileName = '10-sampan.conflist';

/** The CNI configuration list of a node's pods: a bridge with addresses of the node's CIDRs, host ports, bandwidth. */
export function formatCniConfig(network: BridgeNetwork): string {
  const bridge = {
    type: 'bridge',
    bridge: network.bridge,
    isGateway: true,
    // Traffic that leaves the cluster is masqueraded by the node's own nftables rules, without an iptables chain a pod.
    ipMasq: false,
    hairpinMode: true,
    ...(network.mtu === undefined ? {} : { mtu: network.mtu }),
    ipam: {
      type: 'host-local',
      ranges: network.podCidrs.map(subnet => [{ subnet }]),
      routes: network.podCidrs.map(cidr => ({ dst: cidr.includes(':') ? '::/0' : '0.0.0.0/0' })),
      dataDir: network.stateDirectory,
    },
  };
  const portmap = { type: 'portmap', capabilities: { portMappings: true }, snat: true };
  const bandwidth = { type: 'bandwidth', capabilities: { bandwidth: true } };
  const configuration = { cniVersion: '1.0.0', name: network.bridge, plugins: [bridge, portmap, bandwidth] };
  return `${JSON.stringify(configuration, undefined, 2)}\n`;
}

/**
 * Writes it as the only configuration in `directory`; containerd notices by itself, and reports NetworkReady from then
 * on. Does nothing when it is there already.
 */
export async function writeCniConfig(directory: string, network: BridgeNetwork): Promise<void> {
  const path = join(directory, fileName);
  const text = formatCniConfig(network);
  await mkdir(directory, { recursive: true });
  for (const name of await readdir(directory)) if (name !== fileName) await rm(join(directory, name));
  const before = await readFile(path, 'utf8').catch(() => undefined);
  if (before === text) return;
  // Under a name that CNI does not read, then in one step: containerd watches the directory.
  await writeFile(`${path}.new`, text);
  await rename(`${path}.new`, path);
}
