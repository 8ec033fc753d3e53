import type { SandboxNamespaces } from './sandbox.ts';

export type MountPropagation = 'private' | 'hostToContainer' | 'bidirectional';

export interface IdMapping {
  readonly hostId: number;
  readonly containerId: number;
  readonly length: number;
}

/** Either `hostPath` or `image` is the source. A missing `hostPath` is created as a directory by the runtime. */
export interface ContainerMount {
  readonly containerPath: string;
  readonly hostPath?: string;
  /** An image as a read-only volume; needs containerd 2.1. */
  readonly image?: string;
  readonly imageSubPath?: string;
  readonly readonly?: boolean;
  readonly recursiveReadOnly?: boolean;
  readonly selinuxRelabel?: boolean;
  /** Default private. The others need the host path to lie on a shared mount (`HostMounts.makeShared`). */
  readonly propagation?: MountPropagation;
  readonly uidMappings?: readonly IdMapping[];
  readonly gidMappings?: readonly IdMapping[];
}

export interface ContainerDevice {
  readonly containerPath: string;
  readonly hostPath: string;
  /** Of r (read), w (write) and m (mknod). */
  readonly permissions: string;
}

/** What is absent stays as it is (on update) or unlimited (on create). */
export interface ContainerResources {
  readonly cpuPeriodUs?: number;
  /** Microseconds per period; -1 lifts the limit. */
  readonly cpuQuotaUs?: number;
  readonly cpuShares?: number;
  readonly memoryLimitBytes?: number;
  readonly memorySwapLimitBytes?: number;
  readonly oomScoreAdj?: number;
  readonly cpusetCpus?: string;
  readonly cpusetMems?: string;
  /** By page size as the kernel names it: `2MB`, `1GB`. */
  readonly hugepageLimits?: readonly { readonly pageSize: string; readonly limitBytes: number }[];
  /** Raw cgroup v2 keys. */
  readonly unified?: Readonly<Record<string, string>>;
}

/** `localhost` names a profile of the host by `path` (seccomp) or name (AppArmor). */
export type SecurityProfile =
  | { readonly kind: 'runtimeDefault' }
  | { readonly kind: 'unconfined' }
  | { readonly kind: 'localhost'; readonly ref: string };

export interface ContainerSecurity {
  readonly addCapabilities?: readonly string[];
  readonly dropCapabilities?: readonly string[];
  readonly privileged?: boolean;
  readonly namespaces?: SandboxNamespaces;
  readonly runAsUser?: number;
  readonly runAsGroup?: number;
  /** Only where the image names its user by text and no `runAsUser` is given. */
  readonly runAsUsername?: string;
  readonly readonlyRootfs?: boolean;
  readonly supplementalGroups?: readonly number[];
  readonly supplementalGroupsPolicy?: 'Merge' | 'Strict';
  readonly noNewPrivileges?: boolean;
  readonly maskedPaths?: readonly string[];
  readonly readonlyPaths?: readonly string[];
  readonly seccomp?: SecurityProfile;
  readonly apparmor?: SecurityProfile;
  readonly selinux?: {
    readonly user?: string;
    readonly role?: string;
    readonly type?: string;
    readonly level?: string;
  };
}

export interface ContainerConfig {
  readonly name: string;
  /** Counts restarts from 0; name and attempt are unique in a sandbox. */
  readonly attempt: number;
  /** The image's id or a reference that the runtime has: pull it first. */
  readonly image: string;
  /** What the pod's author wrote, for the runtime's own records. */
  readonly userSpecifiedImage?: string;
  readonly command?: readonly string[];
  readonly args?: readonly string[];
  readonly workingDir?: string;
  readonly env?: readonly { readonly name: string; readonly value: string }[];
  readonly mounts?: readonly ContainerMount[];
  readonly devices?: readonly ContainerDevice[];
  /** CDI device names (`vendor.example/class=name`); needs containerd 1.7. */
  readonly cdiDevices?: readonly string[];
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  /** Relative to the sandbox's `logDirectory`; its folder must exist. */
  readonly logPath?: string;
  readonly stdin?: boolean;
  readonly stdinOnce?: boolean;
  readonly tty?: boolean;
  readonly resources?: ContainerResources;
  readonly security?: ContainerSecurity;
  /** Such as `SIGUSR1`; absent means the image's, else SIGTERM. Needs containerd 2.2; older ones ignore it. */
  readonly stopSignal?: string;
}

export type ContainerState = 'created' | 'running' | 'exited' | 'unknown';

export interface ContainerSummary {
  readonly id: string;
  readonly sandboxId: string;
  readonly name: string;
  readonly attempt: number;
  /** As it was asked for. */
  readonly image: string;
  /** The image's digest or id as Kubernetes shows it in `imageID`. */
  readonly imageRef: string;
  readonly imageId: string;
  readonly state: ContainerState;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

export interface ContainerStatus extends Omit<ContainerSummary, 'sandboxId'> {
  /** Milliseconds since the epoch; absent before the start. */
  readonly startedAt?: number;
  /** Milliseconds since the epoch; absent before the end. */
  readonly finishedAt?: number;
  /** 128 + n after a death by signal n. Meaningful when `exited`. */
  readonly exitCode: number;
  /** `Completed`, `Error`, `OOMKilled`, `StartError`, `Unknown` … */
  readonly reason: string;
  readonly message: string;
  readonly mounts: readonly ContainerMount[];
  /** Absolute. */
  readonly logPath: string;
  /** Absent where the runtime does not tell (containerd 1.6). */
  readonly resources?: ContainerResources;
  readonly user?: { readonly uid: number; readonly gid: number; readonly supplementalGroups: readonly number[] };
}

/** All given conditions must hold. */
export interface ContainerFilter {
  readonly id?: string;
  readonly sandboxId?: string;
  readonly state?: ContainerState;
  readonly labels?: Readonly<Record<string, string>>;
}
