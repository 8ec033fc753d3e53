export interface TmpfsOptions {
  /** Default: half of the memory, the kernel's own. */
  readonly sizeBytes?: number;
  readonly mode?: number;
}

export interface BindOptions {
  readonly isReadOnly?: boolean;
}

/** One call of mount(8). */
export interface HostMount {
  /** A filesystem's type: `overlay`; or `bind`. */
  readonly type: string;
  readonly source: string;
  readonly options: readonly string[];
}

export interface HostMounts {
  /** One after the other over the same directory, which must exist. */
  mount(path: string, mounts: readonly HostMount[]): Promise<void>;
  /** Does nothing where a tmpfs is mounted already. The directory must exist. */
  mountTmpfs(path: string, options?: TmpfsOptions): Promise<void>;
  bind(source: string, target: string, options?: BindOptions): Promise<void>;
  /**
   * The real path of `subPath` in a volume, created as directories where missing. Rejects when it leads out of the
   * volume by `..` or a symlink.
   */
  resolveSubPath(volumePath: string, subPath: string): Promise<string>;
  /** Lazily when it is busy. What is not mounted is success. */
  unmount(path: string): Promise<void>;
  /** Mount points at or under `path`, deepest first: the order to unmount in. */
  list(path: string): Promise<readonly string[]>;
  /** Shares mount events of `path` and all below with its peers, as mount propagation needs; only where they are not yet. */
  makeShared(path: string): Promise<void>;
}
