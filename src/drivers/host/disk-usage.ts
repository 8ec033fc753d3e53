import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { DiskUsage } from '../../node/runtime/index.ts';

/** stat counts blocks of this size whatever the filesystem's own. */
const blockBytes = 512;

/** Space that a tree occupies, as `du -x` counts it. What vanishes meanwhile does not count. */
export async function measureDiskUsage(path: string): Promise<DiskUsage> {
  const root = await lstat(path);
  const seen = new Set<number>();
  let bytes = 0;
  const visit = async (current: string): Promise<void> => {
    const found = await lstat(current).catch(() => undefined);
    if (found === undefined || found.dev !== root.dev || seen.has(found.ino)) return;
    seen.add(found.ino);
    bytes += found.blocks * blockBytes;
    if (!found.isDirectory()) return;
    for (const name of await readdir(current).catch(() => [])) await visit(join(current, name));
  };
  await visit(path);
  return { bytes, inodes: seen.size };
}
