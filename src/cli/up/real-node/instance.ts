import { containerdLayout } from '../../../drivers/containerd/index.ts';
import type { DataDirectory } from '../../data-directory.ts';

/** The names under which one cluster's parts stand beside another's on the same host. */
export interface Instance {
  readonly bridge: string;
  /** nftables table. */
  readonly table: string;
  readonly cgroupParent: string;
  /** On a tmpfs, for this boot only. */
  readonly runDirectory: string;
}

/** For this boot only. */
export const runRoot = '/run/sampan';

export function instanceOf(directory: DataDirectory): Instance {
  const { id, bridge } = containerdLayout(directory.containerd, runRoot);
  return { bridge, table: `sampan-${id}`, cgroupParent: `/sampan-${id}`, runDirectory: `${runRoot}/${id}` };
}
