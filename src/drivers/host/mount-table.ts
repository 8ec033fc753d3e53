import { readFile } from 'node:fs/promises';

export interface MountEntry {
  readonly mountPoint: string;
  readonly filesystem: string;
  readonly isShared: boolean;
  /** Options of the superblock: cgroup controllers, for one. */
  readonly superOptions: readonly string[];
}

/** What is mounted in our mount namespace, in the order of mounting. */
export async function readMountTable(): Promise<readonly MountEntry[]> {
  const text = await readFile('/proc/self/mountinfo', 'utf8');
  return text.trimEnd().split('\n').map(parseLine);
}

/** Mount points at or under `path`, deepest first. */
export async function listMounts(path: string): Promise<readonly string[]> {
  const root = path.length > 1 ? path.replace(/\/+$/, '') : path;
  const prefix = root === '/' ? '/' : `${root}/`;
  const table = await readMountTable();
  const under = table.map(entry => entry.mountPoint).filter(point => point === root || point.startsWith(prefix));
  return under.reverse().sort((a, b) => b.split('/').length - a.split('/').length);
}

/** `36 35 98:0 /root /point rw,noatime shared:1 - ext4 /dev/sda rw,errors=continue`, see proc_pid_mountinfo(5). */
function parseLine(line: string): MountEntry {
  const [before = '', after = ''] = line.split(' - ', 2) as [string, string];
  const [, , , , mountPoint = '', , ...tags] = before.split(' ');
  const [filesystem = '', , superOptions = ''] = after.split(' ');
  return {
    mountPoint: unescapeOctal(mountPoint),
    filesystem,
    isShared: tags.some(tag => tag.startsWith('shared:')),
    superOptions: superOptions.split(','),
  };
}

/** Blanks and the like are written in octal: `\040`. */
function unescapeOctal(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
}
