import { Informers } from '../../../client/index.ts';
import { componentUsers } from '../../../cluster/index.ts';
import { followHostNameServers, listenForDns, NodeDnsTransport } from '../../../drivers/dns/index.ts';
import { NftPacketFilter } from '../../../drivers/nftables/index.ts';
import { startClusterDns, startServiceProxy } from '../../../network/index.ts';
import type { NodeSurroundings } from '../cluster-nodes.ts';
import { addressIn, type ClusterRanges } from '../cluster-ranges.ts';
import type { Instance } from './instance.ts';

export interface NodeNetworkOptions {
  readonly nodeName: string;
  readonly instance: Instance;
  readonly ranges: ClusterRanges;
  /** The bridge's address: DNS listens there. */
  readonly gateway: string;
  /** Pods go on and need their rules. */
  readonly keepsRules: boolean;
}

export interface NodeNetwork {
  /** Resolves when Services are reached and names resolved. */
  readonly ready: Promise<unknown>;
  stop(): Promise<void>;
}

export const clusterDomain = 'cluster.local';

/** Kubernetes: kubeadm gives the DNS Service the tenth address of the Services' range. */
export function dnsAddressOf(serviceCidr: string): string {
  return addressIn(serviceCidr, 10);
}

/** Services' rules in the kernel and the cluster's DNS, both from one set of informers. */
export function startNodeNetwork({ world, plane }: NodeSurroundings, options: NodeNetworkOptions): NodeNetwork {
  const { instance, ranges, nodeName } = options;
  const informers = new Informers(world, plane.client(componentUsers.proxy, 'kube-proxy'));
  const filter = new NftPacketFilter({ directory: instance.runDirectory });
  const proxy = startServiceProxy(world, informers, filter, {
    table: instance.table,
    node: { nodeName, podCidrs: [ranges.podCidr] },
    shouldMasqueradePodEgress: true,
    serviceCidrs: [ranges.serviceCidr],
  });
  const dnsClient = plane.client(undefined, 'sampan-dns');
  const dnsInformers = new Informers(world, dnsClient);
  const dns = startClusterDns(
    world,
    dnsClient,
    dnsInformers,
    { listen: listenForDns, transport: new NodeDnsTransport(), nameServers: followHostNameServers() },
    {
      zone: clusterDomain,
      clusterIp: dnsAddressOf(ranges.serviceCidr),
      address: options.gateway,
      nodeName,
      ownCidrs: [ranges.podCidr, ranges.serviceCidr],
    },
  );
  return {
    ready: Promise.all([proxy.ready, dns.ready]),
    async stop() {
      await dns.stop();
      if (!options.keepsRules) await proxy.stop();
      filter.close();
      informers.stop();
      dnsInformers.stop();
    },
  };
}
