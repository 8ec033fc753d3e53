import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { findKubectls, type Kubectl } from '../api-server/kubectl.ts';

const cache = join(import.meta.dirname, '../../.cache/debian-kubectl');

/**
 * Every kubectl that a test can use: all that lie beside the one in the path, and Debian's package, which another
 * program of the same name may hide. A name without a version is only used where nothing else is there: it may be a
 * program that chooses among the others.
 *
 * `SAMPAN_TEST_KUBECTLS=1.20,1.33` narrows them, for whoever works on a test; `1.34=/path/to/kubectl` names one that is
 * nowhere near.
 */
export function kubectlsAtHand(): readonly Kubectl[] {
  const named = readNamed();
  return named.length > 0 ? named : findAll();
}

function readNamed(): readonly Kubectl[] {
  const words = (process.env['SAMPAN_TEST_KUBECTLS'] ?? '').split(',').filter(word => word.includes('='));
  return words.map(word => {
    const [version = '', path = ''] = word.split('=');
    return { version, path };
  });
}

function findAll(): readonly Kubectl[] {
  const found = findKubectls();
  const versioned = found.filter(({ version }) => version !== '');
  const debian = findDebianKubectl();
  const certain = [...(debian === undefined ? [] : [debian]), ...versioned];
  const all = certain.length > 0 ? certain : found.map(kubectl => ({ ...kubectl, version: readVersion(kubectl.path) }));
  const wanted = process.env['SAMPAN_TEST_KUBECTLS']?.split(',');
  return wanted === undefined ? all : all.filter(({ version }) => wanted.includes(version));
}

/** Debian's, unpacked into a folder of ours where the package is not installed; undefined where there is no Debian. */
function findDebianKubectl(): Kubectl | undefined {
  const path = join(cache, 'usr/bin/kubectl');
  if (!existsSync(path) && !unpackDebianPackage()) return undefined;
  return { path, version: readVersion(path) };
}

function unpackDebianPackage(): boolean {
  if (!existsSync('/usr/bin/apt-get')) return false;
  mkdirSync(cache, { recursive: true });
  try {
    execFileSync('apt-get', ['-qq', 'download', 'kubernetes-client'], { cwd: cache, stdio: 'ignore', timeout: 60_000 });
    const file = readdirSync(cache).find(name => name.endsWith('.deb'));
    if (file === undefined) return false;
    execFileSync('dpkg-deb', ['-x', file, '.'], { cwd: cache });
    return true;
  } catch {
    // No network, or no such package: the other kubectls have to do.
    return false;
  }
}

/** `1.20` */
function readVersion(path: string): string {
  const text = execFileSync(path, ['version', '--client', '--output=json'], { encoding: 'utf8' });
  const { clientVersion } = JSON.parse(text) as { clientVersion: { major: string; minor: string } };
  return `${clientVersion.major}.${clientVersion.minor.replace('+', '')}`;
}
