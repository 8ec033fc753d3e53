import type { FileStat, HostFiles } from '../runtime/index.ts';

const kinds: Readonly<Record<string, readonly [kind: FileStat['kind'], name: string]>> = {
  Directory: ['directory', 'directory'],
  DirectoryOrCreate: ['directory', 'directory'],
  File: ['file', 'file'],
  FileOrCreate: ['file', 'file'],
  Socket: ['socket', 'socket file'],
  CharDevice: ['characterDevice', 'character device'],
  BlockDevice: ['blockDevice', 'block device'],
};

/** Kubernetes: a hostPath volume's `type`. Makes what is to be made; rejects with upstream's text when it is not that. */
export async function checkHostPath(files: HostFiles, path: string, type: string | undefined): Promise<void> {
  if (type === undefined || type === '') return;
  const wanted = kinds[type];
  if (wanted === undefined) throw new Error(`${type} is an invalid volume type`);
  const found = await files.stat(path);
  if (found === undefined && type === 'DirectoryOrCreate') return files.makeDirectory(path, { mode: 0o755 });
  if (found === undefined && type === 'FileOrCreate') return files.write(path, '', { mode: 0o644 });
  if (found?.kind === wanted[0]) return;
  throw new Error(`hostPath type check failed: ${path} is not a ${wanted[1]}`);
}
