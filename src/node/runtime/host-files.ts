import type { AbortSignalLike } from '../../world/index.ts';
import type { ByteSource } from './byte-streams.ts';
import type { Subscription } from './runtime-event.ts';

export interface FileStat {
  readonly kind: 'file' | 'directory' | 'symlink' | 'socket' | 'characterDevice' | 'blockDevice' | 'fifo';
  readonly sizeBytes: number;
  /** Permission bits, such as 0o644. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Milliseconds since the epoch. */
  readonly modifiedAt: number;
  readonly inode: number;
}

export interface WriteOptions {
  /** Permission bits whatever the umask; default 0o644 for files, 0o755 for directories. */
  readonly mode?: number;
  readonly uid?: number;
  readonly gid?: number;
}

/** A file of a projected volume. `path` is relative and may have folders; `..` is refused. */
export interface ProjectedFile {
  readonly path: string;
  readonly data: Uint8Array | string;
  readonly mode: number;
  readonly uid?: number;
  readonly gid?: number;
}

export interface DiskUsage {
  readonly bytes: number;
  readonly inodes: number;
}

export interface FollowOptions {
  /** Byte to begin at; default 0. */
  readonly offset?: number;
  /**
   * Without it reading stops at the end of the file. With it the end is waited at, and a file that takes the path's
   * place (a rotated log) is read on from its start, until this says that no more will come.
   */
  readonly isComplete?: () => boolean | Promise<boolean>;
}

export interface HostFiles {
  /** undefined when there is nothing at `path`. Follows symlinks unless told otherwise. */
  stat(path: string, options?: { readonly followSymlinks?: boolean }): Promise<FileStat | undefined>;
  /** Creates missing parents too; an existing directory is success, and gets the mode and owner given. */
  makeDirectory(path: string, options?: WriteOptions): Promise<void>;
  /** Names in code-unit order; undefined when there is no such directory. */
  list(path: string): Promise<readonly string[] | undefined>;
  /** undefined when there is no such file. */
  read(path: string): Promise<Uint8Array | undefined>;
  /** As UTF-8; undefined when there is no such file. */
  readText(path: string): Promise<string | undefined>;
  /** At most `lengthBytes` from `offset`; fewer at the end of the file. */
  readRange(path: string, offset: number, lengthBytes: number): Promise<Uint8Array>;
  /** Readers see the old file or the new one, never a part: written beside it, then renamed. */
  write(path: string, data: Uint8Array | string, options?: WriteOptions): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  /** Replaces what is at `path` in one step. */
  symlink(target: string, path: string): Promise<void>;
  chmod(path: string, mode: number): Promise<void>;
  chown(path: string, uid: number, gid: number): Promise<void>;
  /** Removes a file or a tree, never across a mount point (it rejects then). What is gone already is success. */
  remove(path: string): Promise<void>;

  /**
   * Makes `directory` hold exactly `files`, switched in one step. Resolves with whether anything changed.
   * Kubernetes: AtomicWriter. Real files live in `..<timestamp>`, `..data` is the symlink that is switched, and what
   * users see are symlinks through it.
   */
  project(directory: string, files: readonly ProjectedFile[]): Promise<boolean>;
  /**
   * Gives a volume to a group: group ownership, rw (r if read-only) for the group, setgid on directories.
   * Kubernetes: SetVolumeOwnership; `onlyIfRootDiffers` is fsGroupChangePolicy OnRootMismatch.
   */
  giveToGroup(
    path: string,
    gid: number,
    options?: { readonly isReadOnly?: boolean; readonly onlyIfRootDiffers?: boolean },
  ): Promise<void>;
  /** Space of a tree, symlinks not followed, hard links counted once, other filesystems left out. */
  diskUsage(path: string): Promise<DiskUsage>;
  /** The bytes of `path` as they are and, with `isComplete`, as they come. Ends early when `signal` aborts. */
  follow(path: string, options?: FollowOptions, signal?: AbortSignalLike): ByteSource;
  /** The offset where the last `lines` lines begin; 0 when there are fewer. */
  tailOffset(path: string, lines: number): Promise<number>;
  /** Calls `onChange` when something at or directly under `path` changes; may call once too often. */
  watch(path: string, onChange: () => void): Subscription;
}
