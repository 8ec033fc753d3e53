export interface HostAddress {
  readonly ip: string;
  readonly family: 4 | 6;
  readonly interface: string;
  /** Of the interface that the default route leaves by. */
  readonly isDefault: boolean;
}

export interface HugepagePool {
  /** As a resource is named after it: `2Mi`, `1Gi`. */
  readonly pageSize: string;
  readonly totalBytes: number;
}

/** What a machine is; changes at most with its network. */
export interface HostFacts {
  readonly hostname: string;
  readonly cpuCount: number;
  readonly memoryBytes: number;
  readonly swapBytes: number;
  readonly hugepages: readonly HugepagePool[];
  /** `6.1.0-18-amd64`. */
  readonly kernelVersion: string;
  /** `Debian GNU/Linux 12 (bookworm)`. */
  readonly osImage: string;
  /** `linux`. */
  readonly operatingSystem: string;
  /** As Go names it: `amd64`, `arm64`. */
  readonly architecture: string;
  readonly machineId: string;
  readonly bootId: string;
  readonly systemUuid: string;
  /** Global unicast addresses, those of the default interface first. */
  readonly addresses: readonly HostAddress[];
}

export interface MemoryFigures {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly capacityBytes: number;
  /** Kubernetes: capacity minus the root cgroup's working set, the eviction signal memory.available. */
  readonly availableBytes: number;
  readonly usageBytes: number;
  readonly workingSetBytes: number;
}

export interface Filesystem {
  readonly capacityBytes: number;
  /** Free to an unprivileged writer. */
  readonly availableBytes: number;
  readonly usedBytes: number;
  readonly inodes: number;
  readonly inodesFree: number;
}

export interface ProcessFigures {
  readonly pidMax: number;
  /** Processes and threads there are. */
  readonly running: number;
}

export interface HostFigures {
  facts(): Promise<HostFacts>;
  memory(): Promise<MemoryFigures>;
  /** The filesystem that holds `path`. */
  filesystem(path: string): Promise<Filesystem>;
  processes(): Promise<ProcessFigures>;
  /** CPU time used by the whole machine since boot. */
  cpuNanoSeconds(): Promise<number>;
}
