import type { CgroupLimits, CgroupUsage } from '../../node/runtime/index.ts';
import { openSplitHierarchy } from './cgroup-v1.ts';
import { openUnifiedHierarchy } from './cgroup-v2.ts';
import { readMountTable } from './mount-table.ts';

/** What differs between cgroup v1, with a tree for each controller, and v2, with one for all. */
export interface CgroupHierarchy {
  readonly version: 1 | 2;
  readonly controllers: readonly string[];
  /** Every folder that stands for `path`. */
  folders(path: string): readonly string[];
  /** The one whose children and processes speak for all. */
  mainFolder(path: string): string;
  create(path: string): Promise<void>;
  /** Files and what to write into them, in an order that the kernel accepts. */
  formatLimits(path: string, limits: CgroupLimits): readonly (readonly [file: string, value: string])[];
  readUsage(path: string): Promise<CgroupUsage | undefined>;
  readOomKills(path: string): Promise<number | undefined>;
  readRootMemory(): Promise<{ readonly usageBytes: number; readonly workingSetBytes: number }>;
}

/** v2 where it rules alone; a hybrid machine keeps its controllers in v1. */
export async function openHierarchy(): Promise<CgroupHierarchy> {
  const table = await readMountTable();
  const unified = table.find(entry => entry.filesystem === 'cgroup2');
  const split = table.filter(entry => entry.filesystem === 'cgroup');
  const hasControllers = split.some(entry => entry.superOptions.includes('memory'));
  if (hasControllers) return openSplitHierarchy(split, unified?.mountPoint);
  if (unified === undefined) throw new Error('no cgroup filesystem is mounted under /sys/fs/cgroup');
  return openUnifiedHierarchy(unified.mountPoint);
}
