import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CgroupLimits } from '../../node/runtime/index.ts';
import { readNumber, readTable, workingSet } from './cgroup-files.ts';
import type { CgroupHierarchy } from './cgroup-hierarchy.ts';

/** Those that a node limits with, where the kernel has them. */
const wanted = ['cpu', 'cpuset', 'hugetlb', 'io', 'memory', 'pids'];
const defaultPeriodUs = 100_000;

/** cgroup v2: one tree, in which a parent enables controllers for its children. */
export async function openUnifiedHierarchy(root: string): Promise<CgroupHierarchy> {
  const offered = (await readFile(join(root, 'cgroup.controllers'), 'utf8')).trim().split(/\s+/);
  const controllers = wanted.filter(name => offered.includes(name));
  const enable = controllers.map(name => `+${name}`).join(' ');
  return {
    version: 2,
    controllers,
    folders: path => [join(root, path)],
    mainFolder: path => join(root, path),
    async create(path) {
      let folder = root;
      for (const part of path.split('/').filter(one => one !== '')) {
        await enableIn(folder, enable);
        folder = join(folder, part);
        await mkdir(folder, { recursive: true });
      }
    },
    formatLimits: (path, limits) => limitFiles(limits).map(([name, value]) => [join(root, path, name), value] as const),
    async readUsage(path) {
      const folder = join(root, path);
      const usage = await readNumber(join(folder, 'memory.current'));
      if (usage === undefined) return undefined;
      const [memory, cpu, count] = await Promise.all([
        readTable(join(folder, 'memory.stat')),
        readTable(join(folder, 'cpu.stat')),
        readNumber(join(folder, 'pids.current')),
      ]);
      return {
        memoryUsageBytes: usage,
        memoryWorkingSetBytes: workingSet(usage, memory.get('inactive_file') ?? 0),
        cpuNanoSeconds: (cpu.get('usage_usec') ?? 0) * 1000,
        processCount: count ?? 0,
      };
    },
    async readOomKills(path) {
      return (await readTable(join(root, path, 'memory.events'))).get('oom_kill');
    },
    async readRootMemory() {
      // The root has no memory.current. Kubernetes: used is then what /proc/meminfo does not count as free.
      const text = await readFile('/proc/meminfo', 'utf8');
      const kibibytes = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(text)?.[1] ?? 0);
      const usageBytes = (kibibytes('MemTotal') - kibibytes('MemFree')) * 1024;
      const table = await readTable(join(root, 'memory.stat'));
      return { usageBytes, workingSetBytes: workingSet(usageBytes, table.get('inactive_file') ?? 0) };
    },
  };
}

/** Folders with controllers for their children hold no processes themselves, except the machine's own root. */
async function enableIn(folder: string, controllers: string): Promise<void> {
  const file = join(folder, 'cgroup.subtree_control');
  try {
    await writeFile(file, controllers);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EBUSY') throw error;
    // The root is a container's, and all that runs in it sits there: as other container tools do, give it a seat of its own.
    const seat = join(folder, 'init');
    await mkdir(seat, { recursive: true });
    for (const pid of (await readFile(join(folder, 'cgroup.procs'), 'utf8')).split('\n').filter(Boolean)) {
      await writeFile(join(seat, 'cgroup.procs'), pid).catch(() => {
        // It ended meanwhile.
      });
    }
    await writeFile(file, controllers);
  }
}

function limitFiles(limits: CgroupLimits): readonly (readonly [name: string, value: string])[] {
  const files: [string, string][] = [];
  if (limits.cpuShares !== undefined) files.push(['cpu.weight', `${weightOf(limits.cpuShares)}`]);
  if (limits.cpuQuotaUs !== undefined || limits.cpuPeriodUs !== undefined) {
    const quota = limits.cpuQuotaUs === undefined || limits.cpuQuotaUs < 0 ? 'max' : limits.cpuQuotaUs;
    files.push(['cpu.max', `${quota} ${limits.cpuPeriodUs ?? defaultPeriodUs}`]);
  }
  if (limits.memoryLimitBytes !== undefined) files.push(['memory.max', orMax(limits.memoryLimitBytes)]);
  if (limits.pidsMax !== undefined) files.push(['pids.max', orMax(limits.pidsMax)]);
  return files;
}

function orMax(value: number): string {
  return value < 0 ? 'max' : `${value}`;
}

/** Kubernetes: CpuSharesToCpuWeight maps 2..262144 linearly onto 1..10000. */
export function weightOf(cpuShares: number): number {
  const shares = Math.min(Math.max(cpuShares, 2), 262_144);
  return Math.floor(1 + ((shares - 2) * 9999) / 262_142);
}
