/** Absent fields are left as they are; -1 lifts a limit. In cgroup v1's terms; a driver for v2 converts. */
export interface CgroupLimits {
  readonly cpuShares?: number;
  readonly cpuQuotaUs?: number;
  readonly cpuPeriodUs?: number;
  readonly memoryLimitBytes?: number;
  readonly pidsMax?: number;
}

export interface CgroupUsage {
  readonly memoryUsageBytes: number;
  readonly memoryWorkingSetBytes: number;
  readonly cpuNanoSeconds: number;
  readonly processCount: number;
}

/**
 * The cgroup hierarchy by logical paths such as `/kubepods/burstable/pod<uid>`: one path stands for the same folder
 * under every v1 controller, or for the one folder of v2.
 */
export interface HostCgroups {
  /** 1 also for a hybrid machine, whose limits are v1's. */
  readonly version: 1 | 2;
  /** Controllers that limits can be set with, in code-unit order. */
  readonly controllers: readonly string[];
  /** Creates it with its parents, where missing, and writes the limits. */
  ensure(path: string, limits?: CgroupLimits): Promise<void>;
  /** Names of its children, in code-unit order; undefined when it does not exist. */
  list(path: string): Promise<readonly string[] | undefined>;
  /** Process ids in it and below. */
  processes(path: string): Promise<readonly number[]>;
  /** Removes it with its children. Processes left are killed first. What is gone already is success. */
  remove(path: string): Promise<void>;
  /** undefined when it does not exist. */
  usage(path: string): Promise<CgroupUsage | undefined>;
  /** How often the kernel killed something in it for want of memory; undefined where the kernel does not count. */
  oomKills(path: string): Promise<number | undefined>;
}
