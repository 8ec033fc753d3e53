/** What `/stats/summary` answers with: `k8s.io/kubelet/pkg/apis/stats/v1alpha1`, as far as there are figures. */
export interface Summary {
  readonly node: NodeStats;
  readonly pods: readonly PodStats[];
}

export interface NodeStats {
  readonly nodeName: string;
  readonly startTime: string;
  readonly cpu: CpuFigures;
  readonly memory: MemoryFigures;
  readonly network?: NetworkFigures | undefined;
  readonly fs: FilesystemFigures;
  readonly runtime: { readonly imageFs: FilesystemFigures; readonly containerFs: FilesystemFigures };
  readonly rlimit: { readonly time: string; readonly maxpid: number; readonly curproc: number };
}

export interface PodStats {
  readonly podRef: { readonly name: string; readonly namespace: string; readonly uid: string };
  readonly startTime: string;
  readonly containers: readonly ContainerStatsSummary[];
  readonly cpu?: CpuFigures | undefined;
  readonly memory?: MemoryFigures | undefined;
  readonly network?: NetworkFigures | undefined;
  readonly 'ephemeral-storage': FilesystemFigures;
  readonly process_stats?: { readonly process_count: number } | undefined;
}

export interface ContainerStatsSummary {
  readonly name: string;
  readonly startTime: string;
  readonly cpu?: CpuFigures | undefined;
  readonly memory?: MemoryFigures | undefined;
  readonly rootfs: FilesystemFigures;
  readonly logs: FilesystemFigures;
}

export interface CpuFigures {
  readonly time: string;
  readonly usageNanoCores?: number | undefined;
  readonly usageCoreNanoSeconds: number;
}

export interface MemoryFigures {
  readonly time: string;
  readonly availableBytes?: number | undefined;
  readonly usageBytes?: number | undefined;
  readonly workingSetBytes: number;
  readonly rssBytes?: number | undefined;
  readonly pageFaults?: number | undefined;
  readonly majorPageFaults?: number | undefined;
}

export interface InterfaceFigures {
  readonly name: string;
  readonly rxBytes: number;
  readonly rxErrors: number;
  readonly txBytes: number;
  readonly txErrors: number;
}

/** The default interface's figures, and all interfaces'. */
export interface NetworkFigures extends InterfaceFigures {
  readonly time: string;
  readonly interfaces: readonly InterfaceFigures[];
}

export interface FilesystemFigures {
  readonly time: string;
  readonly availableBytes?: number | undefined;
  readonly capacityBytes?: number | undefined;
  readonly usedBytes?: number | undefined;
  readonly inodesFree?: number | undefined;
  readonly inodes?: number | undefined;
  readonly inodesUsed?: number | undefined;
}
