import type { Host } from '../../node/runtime/index.ts';
import { LinuxCgroups } from './linux-cgroups.ts';
import { LinuxFigures } from './linux-figures.ts';
import { LinuxFiles } from './linux-files.ts';
import { LinuxMounts } from './linux-mounts.ts';
import { LinuxProbes } from './linux-probes.ts';

/** The machine that this process runs on, as a node's `Host`. */
export async function openLinuxHost(): Promise<Host> {
  const cgroups = await LinuxCgroups.open();
  return {
    cgroups,
    figures: new LinuxFigures(cgroups),
    files: new LinuxFiles(),
    mounts: new LinuxMounts(),
    probes: new LinuxProbes(),
  };
}
