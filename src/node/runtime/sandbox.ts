import type { ContainerResources, IdMapping, SecurityProfile } from './container.ts';

/** Identifies one attempt at a pod's sandbox; `attempt` counts from 0. */
export interface SandboxMetadata {
  readonly name: string;
  readonly namespace: string;
  readonly uid: string;
  readonly attempt: number;
}

export interface DnsConfig {
  readonly servers?: readonly string[];
  readonly searches?: readonly string[];
  readonly options?: readonly string[];
}

export type PortProtocol = 'TCP' | 'UDP' | 'SCTP';

export interface PortMapping {
  readonly protocol: PortProtocol;
  readonly containerPort: number;
  /** Left out where nothing is to be mapped on the host. */
  readonly hostPort?: number;
  readonly hostIp?: string;
}

/** `pod`: shared by the pod's containers; `container`: each its own; `node`: the host's; `target`: another container's. */
export type NamespaceMode = 'pod' | 'container' | 'node' | 'target';

/** Defaults as in CRI: network and ipc `pod`, pid `pod`. Kubernetes' usual pod asks for pid `container`. */
export interface SandboxNamespaces {
  readonly network?: NamespaceMode;
  readonly pid?: NamespaceMode;
  readonly ipc?: NamespaceMode;
  /** The container whose pid namespace is joined when `pid` is `target`. */
  readonly targetId?: string;
  /** A user namespace of the pod's own; needs containerd 2 and runc 1.2. */
  readonly userMappings?: { readonly uids: readonly IdMapping[]; readonly gids: readonly IdMapping[] };
}

export interface SandboxSecurity {
  readonly namespaces?: SandboxNamespaces;
  readonly runAsUser?: number;
  readonly runAsGroup?: number;
  readonly supplementalGroups?: readonly number[];
  readonly supplementalGroupsPolicy?: 'Merge' | 'Strict';
  readonly readonlyRootfs?: boolean;
  /** Must be set when any container of the pod is privileged: the runtime refuses such a container otherwise. */
  readonly privileged?: boolean;
  readonly seccomp?: SecurityProfile;
  readonly apparmor?: SecurityProfile;
}

export interface SandboxConfig {
  readonly metadata: SandboxMetadata;
  /** Must be empty or absent for a pod on the host's network. */
  readonly hostname?: string;
  /** Directory of the containers' log files; a container's `logPath` is relative to it. */
  readonly logDirectory?: string;
  readonly dns?: DnsConfig;
  readonly portMappings?: readonly PortMapping[];
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  /** Cgroup path from the hierarchy's root, such as `/kubepods/burstable/pod<uid>`. */
  readonly cgroupParent?: string;
  readonly sysctls?: Readonly<Record<string, string>>;
  readonly security?: SandboxSecurity;
  readonly overhead?: ContainerResources;
  /** The sum over the pod's containers: information for the runtime, limits nothing by itself. */
  readonly resources?: ContainerResources;
}

export type SandboxState = 'ready' | 'notReady';

export interface SandboxSummary {
  readonly id: string;
  readonly metadata: SandboxMetadata;
  readonly state: SandboxState;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly runtimeHandler: string;
}

export interface SandboxStatus extends SandboxSummary {
  /** The pod's addresses, first the primary one; empty on the host's network. */
  readonly ips: readonly string[];
  readonly namespaces: SandboxNamespaces;
}

/** All given conditions must hold. */
export interface SandboxFilter {
  readonly id?: string;
  readonly state?: SandboxState;
  readonly labels?: Readonly<Record<string, string>>;
}
