/**
 * Linux as a node's `Host`: files and their projection into volumes, mounts, cgroups v1 and v2, probes, and the figures
 * that capacity and eviction are computed from.
 *
 * Owns the way to the machine, not what a node does with it. Start reading at `linux-host.ts`.
 */
export { LinuxCgroups } from './linux-cgroups.ts';
export { LinuxFigures } from './linux-figures.ts';
export { LinuxFiles } from './linux-files.ts';
export { openLinuxHost } from './linux-host.ts';
export { LinuxMounts } from './linux-mounts.ts';
export { LinuxProbes } from './linux-probes.ts';
