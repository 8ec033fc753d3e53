import { execFile } from 'node:child_process';
import { constants } from 'node:fs';
import { access, readFile, statfs } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';

const capSysResource = 24n;
const overlayMagic = 0x794c7630;
/** Debian keeps runc and the CNI plugins where an ordinary user's PATH does not lead. */
const systemDirectories = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'];
const cniDirectories = ['/usr/lib/cni', '/opt/cni/bin', '/usr/libexec/cni'];

/** PATH with the system's folders added. */
export function searchPath(path = process.env['PATH'] ?? ''): string {
  const given = path.split(delimiter).filter(part => part !== '');
  return [...new Set([...given, ...systemDirectories])].join(delimiter);
}

/** undefined when no folder of the search path has it. */
export async function findProgram(name: string): Promise<string | undefined> {
  return firstWith(searchPath().split(delimiter), name);
}

/** The folder that holds the CNI plugins; undefined when none of the usual ones does. */
export async function findCniPlugins(): Promise<string | undefined> {
  const plugin = await firstWith(cniDirectories, 'bridge');
  return plugin?.slice(0, -'/bridge'.length);
}

async function firstWith(directories: readonly string[], name: string): Promise<string | undefined> {
  for (const directory of directories) {
    const path = join(directory, name);
    const isThere = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (isThere) return path;
  }
  return undefined;
}

/** `containerd github.com/containerd/containerd 1.6.20~ds1 …` → 1. */
export async function readMajorVersion(containerd: string): Promise<number> {
  const { stdout } = await promisify(execFile)(containerd, ['--version']);
  const version = /\bv?(\d+)\.\d+/.exec(stdout)?.[1];
  if (version === undefined) throw new Error(`${containerd} --version says ${JSON.stringify(stdout.trim())}`);
  return Number(version);
}

export async function canLowerOomScore(): Promise<boolean> {
  const status = await readFile('/proc/self/status', 'utf8');
  const effective = BigInt(`0x${/^CapEff:\s*([0-9a-f]+)/m.exec(status)?.[1] ?? '0'}`);
  return ((effective >> capSysResource) & 1n) === 1n;
}

/** overlayfs cannot lie on overlayfs (a machine that is a container itself); copying works everywhere. */
export async function chooseSnapshotter(directory: string): Promise<'overlayfs' | 'native'> {
  return (await statfs(directory)).type === overlayMagic ? 'native' : 'overlayfs';
}
