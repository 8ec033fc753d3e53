import { type Node, nodes } from '../api/generated/index.ts';
import type { Controller, IndexDeclaration } from '../client/index.ts';
import { type Cidr, formatIp, parseCidr } from '../machinery/index.ts';

/** Kubernetes: --node-cidr-mask-size-ipv4. */
const nodePrefixLength = 24;

const nodesByPodCidr: IndexDeclaration<Node> = {
  type: nodes,
  name: 'spec.podCIDR',
  valuesOf: node => (node.spec?.podCIDR === undefined ? [] : [node.spec.podCIDR]),
};

/** Gives each node a range of its own out of the cluster's pod range. One key at a time: two nodes must not get the same. */
export function nodeIpamController(podCidr: string): Controller<Node> {
  const range = parseCidr(podCidr);
  if (range === undefined || range.family !== 4) throw new Error(`not an IPv4 range for pods: ${podCidr}`);
  const blocks = 2 ** Math.max(0, nodePrefixLength - range.prefixLength);
  // Kubernetes: `nextCandidate`. Only where to look first: whether a block is free the view says.
  let nextIndex = 0;
  return {
    name: 'cidrAllocator',
    serviceAccount: 'node-controller',
    primary: nodes,
    concurrency: 1,
    indexes: [nodesByPodCidr],
    reconcile(node, { view }) {
      if (node === undefined || node.metadata.deletionTimestamp !== undefined) return [];
      if (node.spec?.podCIDR !== undefined && node.spec.podCIDR !== '') return [];
      const { name = '' } = node.metadata;
      for (let offset = 0; offset < blocks; offset++) {
        const index = (nextIndex + offset) % blocks;
        const podCIDR = formatBlock(range, index);
        if (view.listIndexed(nodes, nodesByPodCidr.name, podCIDR).length > 0) continue;
        nextIndex = (index + 1) % blocks;
        const patch = { spec: { podCIDR, podCIDRs: [podCIDR] } };
        return [{ do: 'patch', type: nodes, ref: { name }, patchType: 'merge', patch }];
      }
      const message = `Node ${name} status is now: CIDRNotAvailable`;
      return [{ do: 'event', regarding: node, type: 'Normal', reason: 'CIDRNotAvailable', message }];
    },
  };
}

function formatBlock(range: Cidr, index: number): string {
  const base = range.base + (BigInt(index) << BigInt(32 - nodePrefixLength));
  return `${formatIp({ family: 4, bits: base })}/${nodePrefixLength}`;
}
