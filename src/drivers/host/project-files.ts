import { randomBytes } from 'node:crypto';
import {
  chmod,
  chown,
  lstat,
  mkdir,
  readdir,
  readFile,
  readlink,
  rename,
  rm,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { dirname, join, posix } from 'node:path';
import type { ProjectedFile } from '../../node/runtime/index.ts';

const dataLink = '..data';

/**
 * Kubernetes: AtomicWriter (pkg/volume/util). Users read `name`, a symlink to `..data/name`; `..data` points to the
 * folder of one version, and switching it is one rename. A reader who opens two files sees at most one switch between.
 */
export async function projectFiles(directory: string, files: readonly ProjectedFile[]): Promise<boolean> {
  for (const file of files) refuseUnsafe(file.path);
  const current = await readlink(join(directory, dataLink)).catch(() => undefined);
  if (current !== undefined && (await holdsExactly(join(directory, current), files))) return false;

  const version = `..${new Date().toISOString().replace(/[-:.TZ]/g, '_')}${randomBytes(4).readUInt32LE()}`;
  await writeVersion(join(directory, version), files);
  await switchTo(directory, version);
  await linkNames(directory, files);
  if (current !== undefined) await rm(join(directory, current), { recursive: true, force: true });
  return true;
}

function refuseUnsafe(path: string): void {
  const parts = path.split('/');
  if (path === '' || path.startsWith('/') || parts.includes('..') || path.startsWith('..')) {
    throw new Error(`invalid path in a projected volume: ${JSON.stringify(path)}`);
  }
}

async function holdsExactly(version: string, files: readonly ProjectedFile[]): Promise<boolean> {
  const wanted = new Set(files.map(file => posix.normalize(file.path)));
  for await (const path of walk(version, '')) if (!wanted.has(path)) return false;
  for (const file of files) {
    const path = join(version, file.path);
    const [before, found] = await Promise.all([
      readFile(path).catch(() => undefined),
      lstat(path).catch(() => undefined),
    ]);
    if (before === undefined || found === undefined || !before.equals(Buffer.from(file.data))) return false;
    if ((found.mode & 0o7777) !== file.mode) return false;
    if ((file.uid ?? found.uid) !== found.uid || (file.gid ?? found.gid) !== found.gid) return false;
  }
  return true;
}

/** Paths of files below, relative to `root`. */
async function* walk(root: string, prefix: string): AsyncGenerator<string> {
  const entries = await readdir(join(root, prefix), { withFileTypes: true }).catch(() => []);
  for (const entry of entries) {
    const path = posix.join(prefix, entry.name);
    if (entry.isDirectory()) yield* walk(root, path);
    else yield path;
  }
}

async function writeVersion(version: string, files: readonly ProjectedFile[]): Promise<void> {
  await mkdir(version, { mode: 0o755 });
  await chmod(version, 0o755);
  for (const file of files) {
    const path = join(version, file.path);
    await mkdir(dirname(path), { recursive: true, mode: 0o755 });
    await writeFile(path, file.data);
    await chmod(path, file.mode);
    if (file.uid !== undefined || file.gid !== undefined) await chown(path, file.uid ?? -1, file.gid ?? -1);
  }
}

async function switchTo(directory: string, version: string): Promise<void> {
  const temporary = join(directory, `${dataLink}_tmp`);
  await rm(temporary, { force: true });
  await symlink(version, temporary);
  await rename(temporary, join(directory, dataLink));
}

/** The names that users see are the first parts of the paths; those of earlier versions go. */
async function linkNames(directory: string, files: readonly ProjectedFile[]): Promise<void> {
  const names = new Set(files.map(file => posix.normalize(file.path).split('/')[0]!));
  for (const name of names) {
    await symlink(join(dataLink, name), join(directory, name)).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
  }
  for (const name of await readdir(directory)) {
    if (!name.startsWith('..') && !names.has(name)) await rm(join(directory, name), { force: true });
  }
}
