import type { Taint } from '../api/generated/index.ts';

export interface NodeAgentOptions {
  readonly name: string;
  /** Absolute; holds pods' volumes and logs, and outlives the agent. */
  readonly rootDir: string;
  /** Addresses of the cluster's DNS: `10.96.0.10`. */
  readonly clusterDns?: readonly string[] | undefined;
  /** Default `cluster.local`. */
  readonly clusterDomain?: string | undefined;
  /** Becomes the Node's `spec.podCIDR`, where the network of the runtime has been set up for it already. */
  readonly podCidr?: string | undefined;
  /** Differs between nodes on one machine: `/sampan-1a2b3c4d`. Pods lie in `kubepods` below. Default the root. */
  readonly cgroupParent?: string | undefined;
  /** Addresses of the node, one a family. Default those of the interface that the default route leaves by. */
  readonly nodeIps?: readonly string[] | undefined;
  readonly labels?: Readonly<Record<string, string>> | undefined;
  readonly taints?: readonly Taint[] | undefined;
  /** Default 110. */
  readonly maxPods?: number | undefined;
  /** Default unlimited. */
  readonly podPidsLimit?: number | undefined;
  /** Where the API server finds the node; as the Node's daemon endpoint. Default 10250. */
  readonly port?: number | undefined;
  /** Leave pods running when the agent stops. Default false. */
  readonly keepPods?: boolean | undefined;
  /** What pods are given at most to end when the agent stops. Default 10 s. */
  readonly stopGraceMs?: number | undefined;
  /** Where `resolv.conf` of the host lies. Default `/etc/resolv.conf`. */
  readonly resolvConf?: string | undefined;
}

export const defaultClusterDomain = 'cluster.local';
export const defaultMaxPods = 110;
export const defaultPort = 10250;
export const defaultStopGraceMs = 10_000;
