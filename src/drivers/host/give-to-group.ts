import { chmod, lchown, lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';

const groupReadWrite = 0o660;
const groupRead = 0o440;
const directoryExecute = 0o110;
const setGroupId = 0o2000;

export interface GiveOptions {
  readonly isReadOnly?: boolean;
  readonly onlyIfRootDiffers?: boolean;
}

/** Kubernetes: SetVolumeOwnership (pkg/volume): the group owns everything, may write, and new files inherit it. */
export async function giveToGroup(path: string, gid: number, options: GiveOptions): Promise<void> {
  if (options.onlyIfRootDiffers && (await isGiven(path, gid, options))) return;
  await give(path, gid, options);
}

async function isGiven(path: string, gid: number, { isReadOnly }: GiveOptions): Promise<boolean> {
  const root = await lstat(path);
  const wanted = (isReadOnly ? groupRead : groupReadWrite) | directoryExecute | setGroupId;
  return root.gid === gid && (root.mode & wanted) === wanted;
}

/** Children first, so that a root which is right means a tree which is right, even after a crash. */
async function give(path: string, gid: number, options: GiveOptions): Promise<void> {
  const found = await lstat(path);
  if (found.isDirectory()) for (const name of await readdir(path)) await give(join(path, name), gid, options);
  await lchown(path, found.uid, gid);
  if (found.isSymbolicLink()) return;
  let mode = (found.mode & 0o7777) | (options.isReadOnly ? groupRead : groupReadWrite);
  if (found.isDirectory()) mode |= directoryExecute | setGroupId;
  await chmod(path, mode);
}
