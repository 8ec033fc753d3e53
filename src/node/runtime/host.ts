import type { HostCgroups } from './host-cgroups.ts';
import type { HostFigures } from './host-figures.ts';
import type { HostFiles } from './host-files.ts';
import type { HostMounts } from './host-mounts.ts';
import type { HostProbes } from './host-probes.ts';

/**
 * The machine beneath a node. Paths are absolute paths of the node's own mount namespace. Failures reject with the
 * driver's error, whose message names the path; what callers tell apart is a value (undefined for a missing file).
 */
export interface Host {
  readonly figures: HostFigures;
  readonly files: HostFiles;
  readonly mounts: HostMounts;
  readonly cgroups: HostCgroups;
  readonly probes: HostProbes;
}
