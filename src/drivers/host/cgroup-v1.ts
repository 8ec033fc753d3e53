import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { CgroupLimits } from '../../node/runtime/index.ts';
import { readNumber, readTable, workingSet } from './cgroup-files.ts';
import type { CgroupHierarchy } from './cgroup-hierarchy.ts';
import type { MountEntry } from './mount-table.ts';

/** Of the options that a v1 mount has, these are controllers; kernels mount some of them together. */
const known = new Set([
  'blkio',
  'cpu',
  'cpuacct',
  'cpuset',
  'devices',
  'freezer',
  'hugetlb',
  'memory',
  'net_cls',
  'net_prio',
  'perf_event',
  'pids',
]);

/** cgroup v1: every controller, or small group of them, has a tree of its own; a hybrid machine has v2's beside them. */
export function openSplitHierarchy(mounts: readonly MountEntry[], unified?: string): CgroupHierarchy {
  const roots = new Map<string, string>();
  for (const { mountPoint, superOptions } of mounts) {
    for (const option of superOptions) if (known.has(option) && !roots.has(option)) roots.set(option, mountPoint);
  }
  const controllers = [...roots.keys()].sort();
  const trees = [...new Set(roots.values())];
  // runc also leaves folders in trees without controllers: v2's, and named ones such as systemd's.
  const allTrees = [
    ...new Set([...mounts.map(entry => entry.mountPoint), ...(unified === undefined ? [] : [unified])]),
  ];
  // `path` is absolute in its tree, so joining keeps it beneath the root.
  const fileOf = (controller: string, path: string, name: string): string =>
    join(roots.get(controller) ?? '/nonexistent', path, name);

  return {
    version: 1,
    controllers,
    folders: path => allTrees.map(tree => join(tree, path)),
    mainFolder: path => join(roots.get('memory')!, path),
    async create(path) {
      for (const tree of trees) await mkdir(join(tree, path), { recursive: true });
      const cpuset = roots.get('cpuset');
      if (cpuset !== undefined) await inheritCpuset(cpuset, path);
    },
    formatLimits: (path, limits) =>
      limitFiles(limits)
        .filter(([controller]) => roots.has(controller))
        .map(([controller, name, value]) => [fileOf(controller, path, name), value] as const),
    async readUsage(path) {
      const usage = await readNumber(fileOf('memory', path, 'memory.usage_in_bytes'));
      if (usage === undefined) return undefined;
      const [table, cpu, count] = await Promise.all([
        readTable(fileOf('memory', path, 'memory.stat')),
        readNumber(fileOf('cpuacct', path, 'cpuacct.usage')),
        readNumber(fileOf('pids', path, 'pids.current')),
      ]);
      return {
        memoryUsageBytes: usage,
        memoryWorkingSetBytes: workingSet(usage, table.get('total_inactive_file') ?? 0),
        cpuNanoSeconds: cpu ?? 0,
        processCount: count ?? 0,
      };
    },
    async readOomKills(path) {
      return (await readTable(fileOf('memory', path, 'memory.oom_control'))).get('oom_kill');
    },
    async readRootMemory() {
      const [usage, table] = await Promise.all([
        readNumber(fileOf('memory', '/', 'memory.usage_in_bytes')),
        readTable(fileOf('memory', '/', 'memory.stat')),
      ]);
      const usageBytes = usage ?? 0;
      return { usageBytes, workingSetBytes: workingSet(usageBytes, table.get('total_inactive_file') ?? 0) };
    },
  };
}

type Limit = readonly [controller: string, file: string, value: string];

function limitFiles(limits: CgroupLimits): readonly Limit[] {
  const files: (Limit | undefined)[] = [
    limitFile('cpu', 'cpu.shares', limits.cpuShares),
    limitFile('cpu', 'cpu.cfs_period_us', limits.cpuPeriodUs),
    limitFile('cpu', 'cpu.cfs_quota_us', limits.cpuQuotaUs),
    limitFile('memory', 'memory.limit_in_bytes', limits.memoryLimitBytes),
    limitFile('pids', 'pids.max', limits.pidsMax === -1 ? 'max' : limits.pidsMax),
  ];
  return files.filter(file => file !== undefined);
}

function limitFile(controller: string, file: string, value: number | string | undefined): Limit | undefined {
  return value === undefined ? undefined : [controller, file, `${value}`];
}

/** A new cpuset is empty and takes no process until it is given its parent's CPUs and memory nodes. */
async function inheritCpuset(root: string, path: string): Promise<void> {
  const parts = path.split('/').filter(part => part !== '');
  for (let depth = 1; depth <= parts.length; depth++) {
    const folder = join(root, ...parts.slice(0, depth));
    for (const name of ['cpuset.cpus', 'cpuset.mems']) {
      const own = (await readFile(join(folder, name), 'utf8')).trim();
      if (own === '') await writeFile(join(folder, name), await readFile(join(dirname(folder), name)));
    }
  }
}
