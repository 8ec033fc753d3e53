export interface CpuStats {
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** CPU time used since the start. A float: nanoseconds pass 2^53 after 104 days of one core. */
  readonly usageCoreNanoSeconds: number;
  /** The present rate; absent where the runtime does not compute it. */
  readonly usageNanoCores?: number;
}

export interface MemoryStats {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly workingSetBytes: number;
  /** Limit minus working set; absent without a limit. */
  readonly availableBytes?: number;
  readonly usageBytes?: number;
  readonly rssBytes?: number;
  readonly pageFaults?: number;
  readonly majorPageFaults?: number;
}

export interface ContainerStats {
  readonly id: string;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Absent for a container that does not run. */
  readonly cpu?: CpuStats;
  readonly memory?: MemoryStats;
  /** Refreshed by containerd every 10 s. */
  readonly writableLayer?: { readonly at: number; readonly usedBytes: number; readonly inodesUsed: number };
}

export interface InterfaceStats {
  readonly name: string;
  readonly receivedBytes: number;
  readonly receiveErrors: number;
  readonly sentBytes: number;
  readonly sendErrors: number;
}

export interface SandboxStats {
  readonly id: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly cpu?: CpuStats;
  readonly memory?: MemoryStats;
  /** First the default interface. */
  readonly interfaces: readonly InterfaceStats[];
  readonly processCount?: number;
  readonly containers: readonly ContainerStats[];
}
