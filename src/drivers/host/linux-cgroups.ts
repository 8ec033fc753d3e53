import { readdir, readFile, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { CgroupLimits, CgroupUsage, HostCgroups } from '../../node/runtime/index.ts';
import { type CgroupHierarchy, openHierarchy } from './cgroup-hierarchy.ts';

const removeAttempts = 50;
const removePauseMs = 20;

/** The cgroup hierarchy of the machine, v1 or v2. */
export class LinuxCgroups implements HostCgroups {
  readonly #hierarchy: CgroupHierarchy;

  private constructor(hierarchy: CgroupHierarchy) {
    this.#hierarchy = hierarchy;
  }

  static async open(): Promise<LinuxCgroups> {
    return new LinuxCgroups(await openHierarchy());
  }

  get version(): 1 | 2 {
    return this.#hierarchy.version;
  }

  get controllers(): readonly string[] {
    return this.#hierarchy.controllers;
  }

  async ensure(path: string, limits: CgroupLimits = {}): Promise<void> {
    await this.#hierarchy.create(path);
    for (const [file, value] of this.#hierarchy.formatLimits(path, limits)) await writeFile(file, value);
  }

  async list(path: string): Promise<readonly string[] | undefined> {
    const entries = await readdir(this.#hierarchy.mainFolder(path), { withFileTypes: true }).catch(() => undefined);
    return entries
      ?.filter(entry => entry.isDirectory())
      .map(entry => entry.name)
      .sort();
  }

  async processes(path: string): Promise<readonly number[]> {
    const own = await readFile(join(this.#hierarchy.mainFolder(path), 'cgroup.procs'), 'utf8').catch(() => '');
    const pids = own
      .split('\n')
      .filter(line => line !== '')
      .map(Number);
    for (const child of (await this.list(path)) ?? []) pids.push(...(await this.processes(join(path, child))));
    return pids;
  }

  async remove(path: string): Promise<void> {
    for (const pid of await this.processes(path)) killIfThere(pid);
    for (const folder of this.#hierarchy.folders(path)) await removeTree(folder);
  }

  async usage(path: string): Promise<CgroupUsage | undefined> {
    return this.#hierarchy.readUsage(path);
  }

  oomKills(path: string): Promise<number | undefined> {
    return this.#hierarchy.readOomKills(path);
  }

  /** Kubernetes: what memory.available is computed from. */
  rootMemory(): Promise<{ readonly usageBytes: number; readonly workingSetBytes: number }> {
    return this.#hierarchy.readRootMemory();
  }
}

function killIfThere(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** Children first; a cgroup is busy for some milliseconds after its last process has died. */
async function removeTree(folder: string): Promise<void> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  for (const entry of entries) if (entry.isDirectory()) await removeTree(join(folder, entry.name));
  for (let attempt = 1; ; attempt++) {
    try {
      await rmdir(folder);
      return;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'ENOENT') return;
      if (code !== 'EBUSY' || attempt === removeAttempts) throw error;
      await sleep(removePauseMs);
    }
  }
}
