import { rm } from 'node:fs/promises';
import { Informers } from '../../../client/index.ts';
import { gatewayOf, prepareBridge, removeBridge } from '../../../drivers/bridge/index.ts';
import { searchPath } from '../../../drivers/containerd/index.ts';
import { openLinuxHost } from '../../../drivers/host/index.ts';
import { NodeAgent } from '../../../node/index.ts';
import type { World } from '../../../world/index.ts';
import type { ClusterNodes, NodeSurroundings, PreparedNodes } from '../cluster-nodes.ts';
import { type ClusterRanges, chooseRanges, firstNodeRange } from '../cluster-ranges.ts';
import type { UpOptions } from '../up-options.ts';
import { leaveRange, takeRange } from './host-ranges.ts';
import { type Instance, instanceOf } from './instance.ts';
import { type NodeContainerd, startNodeContainerd } from './node-containerd.ts';
import { clusterDomain, dnsAddressOf, startNodeNetwork } from './node-network.ts';
import { requireMachine } from './require-machine.ts';

/**
 * Makes the pods' bridge and begins to start containerd, which takes longest, while the control plane starts. Throws a
 * `CommandError` when the machine lacks something.
 */
export async function prepareRealNode(options: UpOptions, world: World): Promise<PreparedNodes> {
  // Programs such as nft lie where an ordinary PATH does not lead.
  process.env['PATH'] = searchPath();
  await requireMachine(options.containerdSocket === undefined);
  const instance = instanceOf(options.directory);
  const { bridge } = instance;
  const { directory } = options;
  const take = (podCidr: string): string | undefined => takeRange(podCidr, instance, directory.root);
  const ranges = chooseRanges({ ...options, file: directory.ranges, take });
  const nodeRange = firstNodeRange(ranges.podCidr);
  const podGateway = gatewayOf(nodeRange);
  const podGatewayReady = prepareBridge({ name: bridge, podCidrs: [nodeRange] });
  const starting = podGatewayReady.then(() => startNodeContainerd(options, world.log, nodeRange));
  for (const begun of [podGatewayReady, starting]) {
    begun.catch(() => {
      // Told by whoever awaits it later; until then nobody may take it for unhandled.
    });
  }
  return {
    ranges,
    podGateway,
    podGatewayReady,
    start: async surroundings =>
      startNode(surroundings, options, await starting, { instance, ranges, nodeRange, gateway: podGateway }),
    release: () => release(instance, ranges, starting, options),
  };
}

interface NodePlace {
  readonly instance: Instance;
  readonly ranges: ClusterRanges;
  readonly nodeRange: string;
  readonly gateway: string;
}

async function startNode(
  surroundings: NodeSurroundings,
  options: UpOptions,
  containerd: NodeContainerd,
  place: NodePlace,
): Promise<ClusterNodes> {
  const { world, plane } = surroundings;
  const { nodeName, keepsPods } = options;
  const network = startNodeNetwork(surroundings, { ...place, nodeName, keepsRules: keepsPods });
  const client = plane.nodeClient(nodeName);
  const informers = new Informers(world, client);
  const agent = new NodeAgent(world, client, informers, containerd.runtime, await openLinuxHost(), {
    name: nodeName,
    rootDir: options.directory.node,
    clusterDns: [dnsAddressOf(place.ranges.serviceCidr)],
    clusterDomain,
    podCidr: place.nodeRange,
    cgroupParent: place.instance.cgroupParent,
    keepPods: keepsPods,
  });
  await agent.start();
  return {
    names: [nodeName],
    connections: agent.connections,
    networkReady: network.ready,
    containerdSocket: containerd.socket,
    async stop() {
      await agent.stop();
      informers.stop();
      await network.stop();
    },
  };
}

/** Whatever runs on goes on: then containerd, bridge and cgroups stay, and the next start takes them over. */
async function release(
  instance: Instance,
  ranges: ClusterRanges,
  starting: Promise<NodeContainerd>,
  options: UpOptions,
): Promise<void> {
  const containerd = await starting.catch(() => undefined);
  const hasPods = options.keepsPods || (await containerd?.hasRunningPods()) === true;
  await containerd?.stop(hasPods);
  if (hasPods) return;
  await removeBridge({ name: instance.bridge });
  const { cgroups } = await openLinuxHost();
  await cgroups.remove(instance.cgroupParent);
  leaveRange(ranges.podCidr, instance);
  await rm(instance.runDirectory, { recursive: true, force: true });
}
