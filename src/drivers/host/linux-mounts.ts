import { execFile } from 'node:child_process';
import { chmod, mkdir, realpath, stat } from 'node:fs/promises';
import { join, posix } from 'node:path';
import { promisify } from 'node:util';
import type { BindOptions, HostMount, HostMounts, TmpfsOptions } from '../../node/runtime/index.ts';
import { listMounts, readMountTable } from './mount-table.ts';

const run = promisify(execFile);

/** Mounts through mount(8): Node has no system call for it. */
export class LinuxMounts implements HostMounts {
  async mountTmpfs(path: string, options: TmpfsOptions = {}): Promise<void> {
    const table = await readMountTable();
    if (table.some(entry => entry.mountPoint === path && entry.filesystem === 'tmpfs')) return;
    const parts = [
      ...(options.sizeBytes === undefined ? [] : [`size=${options.sizeBytes}`]),
      ...(options.mode === undefined ? [] : [`mode=${options.mode.toString(8)}`]),
    ];
    const how = parts.length === 0 ? [] : ['-o', parts.join(',')];
    await run('mount', ['-n', '-t', 'tmpfs', ...how, 'tmpfs', path]);
  }

  async mount(path: string, mounts: readonly HostMount[]): Promise<void> {
    for (const { type, source, options } of mounts) {
      const how = options.length === 0 ? [] : ['-o', options.join(',')];
      // A bind mount has no type of its own; its options say what it is.
      await run('mount', ['-n', ...(type === 'bind' ? [] : ['-t', type]), ...how, source, path]);
    }
  }

  async bind(source: string, target: string, { isReadOnly = false }: BindOptions = {}): Promise<void> {
    await run('mount', ['-n', '--rbind', source, target]);
    // The kernel ignores ro on the first call of a bind mount.
    if (isReadOnly) await run('mount', ['-n', '-o', 'remount,bind,ro', target]);
  }

  async resolveSubPath(volumePath: string, subPath: string): Promise<string> {
    const parts = posix
      .normalize(subPath)
      .split('/')
      .filter(part => part !== '' && part !== '.');
    if (subPath.startsWith('/') || parts.includes('..')) throw new Error(`subPath ${subPath} leads out of its volume`);
    const root = await realpath(volumePath);
    const { mode } = await stat(root);
    let current = root;
    for (const part of parts) {
      const next = join(current, part);
      const hasMade = await mkdir(next).then(
        () => true,
        (error: NodeJS.ErrnoException) => {
          if (error.code !== 'EEXIST') throw error;
          return false;
        },
      );
      // Kubernetes: a folder made on the way gets the volume's own permissions, setgid for fsGroup among them.
      if (hasMade) await chmod(next, mode & 0o7777);
      current = await realpath(next);
      if (current !== root && !current.startsWith(`${root}/`)) {
        throw new Error(`subPath ${subPath} leads out of its volume`);
      }
    }
    return current;
  }

  async unmount(path: string): Promise<void> {
    const mounted = await listMounts(path);
    if (!mounted.includes(path)) return;
    await run('umount', ['-n', path]).catch(() => run('umount', ['-n', '--lazy', path]));
  }

  list(path: string): Promise<readonly string[]> {
    return listMounts(path);
  }

  async makeShared(path: string): Promise<void> {
    const table = await readMountTable();
    if (table.some(entry => entry.mountPoint === path && entry.isShared)) return;
    await run('mount', ['-n', '--make-rshared', path]);
  }
}
