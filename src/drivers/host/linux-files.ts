import { randomUUID } from 'node:crypto';
import { type Stats, watch as watchPath } from 'node:fs';
import {
  chmod,
  chown,
  lstat,
  mkdir,
  open,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type {
  ByteSource,
  DiskUsage,
  FileStat,
  FollowOptions,
  HostFiles,
  ProjectedFile,
  Subscription,
  WriteOptions,
} from '../../node/runtime/index.ts';
import type { AbortSignalLike } from '../../world/index.ts';
import { measureDiskUsage } from './disk-usage.ts';
import { findTailOffset, followFile } from './follow-file.ts';
import { giveToGroup } from './give-to-group.ts';
import { listMounts } from './mount-table.ts';
import { projectFiles } from './project-files.ts';

/** The host's files, through `node:fs`. */
export class LinuxFiles implements HostFiles {
  async stat(path: string, options: { readonly followSymlinks?: boolean } = {}): Promise<FileStat | undefined> {
    const found = await unlessMissing((options.followSymlinks ?? true) ? stat(path) : lstat(path));
    return found && describe(found);
  }

  async makeDirectory(path: string, { mode = 0o755, uid, gid }: WriteOptions = {}): Promise<void> {
    await mkdir(path, { recursive: true });
    await chmod(path, mode);
    if (uid !== undefined || gid !== undefined) await chown(path, uid ?? -1, gid ?? -1);
  }

  async list(path: string): Promise<readonly string[] | undefined> {
    return (await unlessMissing(readdir(path)))?.sort();
  }

  read(path: string): Promise<Uint8Array | undefined> {
    return unlessMissing(readFile(path));
  }

  readText(path: string): Promise<string | undefined> {
    return unlessMissing(readFile(path, 'utf8'));
  }

  async readRange(path: string, offset: number, lengthBytes: number): Promise<Uint8Array> {
    const file = await open(path);
    try {
      const { bytesRead, buffer } = await file.read(Buffer.alloc(lengthBytes), 0, lengthBytes, offset);
      return buffer.subarray(0, bytesRead);
    } finally {
      await file.close();
    }
  }

  async write(path: string, data: Uint8Array | string, { mode = 0o644, uid, gid }: WriteOptions = {}): Promise<void> {
    await replacing(path, async temporary => {
      await writeFile(temporary, data, { mode });
      await chmod(temporary, mode);
      if (uid !== undefined || gid !== undefined) await chown(temporary, uid ?? -1, gid ?? -1);
    });
  }

  rename(from: string, to: string): Promise<void> {
    return rename(from, to);
  }

  symlink(target: string, path: string): Promise<void> {
    return replacing(path, temporary => symlink(target, temporary));
  }

  chmod(path: string, mode: number): Promise<void> {
    return chmod(path, mode);
  }

  chown(path: string, uid: number, gid: number): Promise<void> {
    return chown(path, uid, gid);
  }

  async remove(path: string): Promise<void> {
    // What is mounted may be anybody's data: an emptied hostPath cannot be brought back.
    const [mounted] = await listMounts(path);
    if (mounted !== undefined) throw new Error(`will not remove ${path}: ${mounted} is a mount point`);
    await rm(path, { recursive: true, force: true });
  }

  project(directory: string, files: readonly ProjectedFile[]): Promise<boolean> {
    return projectFiles(directory, files);
  }

  giveToGroup(
    path: string,
    gid: number,
    options: { readonly isReadOnly?: boolean; readonly onlyIfRootDiffers?: boolean } = {},
  ): Promise<void> {
    return giveToGroup(path, gid, options);
  }

  diskUsage(path: string): Promise<DiskUsage> {
    return measureDiskUsage(path);
  }

  follow(path: string, options: FollowOptions = {}, signal?: AbortSignalLike): ByteSource {
    return followFile(path, options, signal);
  }

  tailOffset(path: string, lines: number): Promise<number> {
    return findTailOffset(path, lines);
  }

  watch(path: string, onChange: () => void): Subscription {
    const watcher = watchPath(path, { persistent: false }, onChange);
    // The path is gone, or inotify has no room: whoever watches polls besides.
    watcher.on('error', onChange);
    return { close: () => watcher.close() };
  }
}

async function unlessMissing<T>(reading: Promise<T>): Promise<T | undefined> {
  try {
    return await reading;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw error;
  }
}

/** Makes the new thing beside `path`, then puts it in its place in one step. */
async function replacing(path: string, make: (temporary: string) => Promise<void>): Promise<void> {
  const temporary = join(dirname(path), `.${basename(path)}.${randomUUID()}`);
  try {
    await make(temporary);
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

function describe(found: Stats): FileStat {
  return {
    kind: kindOf(found),
    sizeBytes: found.size,
    mode: found.mode & 0o7777,
    uid: found.uid,
    gid: found.gid,
    modifiedAt: Math.floor(found.mtimeMs),
    inode: found.ino,
  };
}

function kindOf(found: Stats): FileStat['kind'] {
  if (found.isDirectory()) return 'directory';
  if (found.isSymbolicLink()) return 'symlink';
  if (found.isSocket()) return 'socket';
  if (found.isCharacterDevice()) return 'characterDevice';
  if (found.isBlockDevice()) return 'blockDevice';
  return found.isFIFO() ? 'fifo' : 'file';
}
