import { realpathSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';

/** Where one cluster keeps what. The store itself (`sampan.db`, `lock`) lies at the root. */
export interface DataDirectory {
  readonly root: string;
  readonly kubeconfig: string;
  /** Of components that run as programs of their own. */
  readonly schedulerKubeconfig: string;
  readonly controllersKubeconfig: string;
  /** Keys and certificates. */
  readonly pki: string;
  /** What was chosen at the first start: see `up/cluster-ranges.ts`. */
  readonly ranges: string;
  /** The cluster that runs now: see `running-cluster.ts`. */
  readonly running: string;
  /** Volumes and logs of the real node's pods. */
  readonly node: string;
  /** Our containerd's images, configuration and log. */
  readonly containerd: string;
}

/** `given`: what `--data-dir` says, relative to the working directory. */
export function dataDirectory(given: string | undefined): DataDirectory {
  const root = withoutLinks(resolve(given ?? defaultRoot()));
  return {
    root,
    kubeconfig: join(root, 'admin.kubeconfig'),
    schedulerKubeconfig: join(root, 'scheduler.kubeconfig'),
    controllersKubeconfig: join(root, 'controller-manager.kubeconfig'),
    pki: join(root, 'pki'),
    ranges: join(root, 'ranges.json'),
    running: join(root, 'running.json'),
    node: join(root, 'node'),
    containerd: join(root, 'containerd'),
  };
}

function defaultRoot(): string {
  const dataHome = process.env['XDG_DATA_HOME'];
  // The XDG specification has relative paths ignored.
  if (dataHome?.startsWith('/')) return join(dataHome, 'sampan');
  return join(homedir(), '.local/share/sampan');
}

/** One name for one folder, whichever links lead to it and whether it is there yet: names on the host derive from it. */
function withoutLinks(path: string): string {
  try {
    return realpathSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || dirname(path) === path) return path;
    return join(withoutLinks(dirname(path)), basename(path));
  }
}
