import { createHash } from 'node:crypto';
import { join } from 'node:path';

/** Where one containerd of ours keeps what. */
export interface ContainerdLayout {
  /** Eight hex digits that differ between data directories: names bridges and state folders. */
  readonly id: string;
  /** A name for the bridge of this node's pods, within the kernel's 15 characters. */
  readonly bridge: string;
  readonly config: string;
  readonly pidFile: string;
  readonly log: string;
  /** Images and writable layers. */
  readonly root: string;
  /** Lives until the next boot only: tmpfs. */
  readonly state: string;
  readonly socket: string;
  readonly cniConfigDirectory: string;
  /** Addresses that host-local has given out. */
  readonly cniStateDirectory: string;
  readonly registryConfigDirectory: string;
}

/**
 * `directory` is kept across boots. State and socket lie under `runDirectory`: they must not outlive a boot, and a
 * unix socket's path must stay under 108 characters however deep the data directory is.
 */
export function containerdLayout(directory: string, runDirectory = '/run/sampan'): ContainerdLayout {
  const id = createHash('sha256').update(directory).digest('hex').slice(0, 8);
  const run = join(runDirectory, id);
  return {
    id,
    bridge: `sampan${id}`,
    config: join(directory, 'config.toml'),
    pidFile: join(run, 'containerd.pid'),
    log: join(directory, 'containerd.log'),
    root: join(directory, 'root'),
    state: join(run, 'state'),
    socket: join(run, 'containerd.sock'),
    cniConfigDirectory: join(directory, 'cni'),
    cniStateDirectory: join(run, 'cni'),
    registryConfigDirectory: join(directory, 'registries'),
  };
}
