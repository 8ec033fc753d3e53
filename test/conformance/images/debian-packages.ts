import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What nothing in a container reads. */
const ballast = ['usr/share/doc', 'usr/share/man', 'usr/share/locale', 'usr/share/info', 'usr/share/icu'];

/**
 * Unpacks Debian packages and all that they depend on into a folder, as on a machine that has nothing installed. Runs none
 * of their scripts. Needs apt, and its sources to be reachable.
 */
export function unpackDebianPackages(packages: readonly string[], root: string): void {
  const place = mkdtempSync(join(tmpdir(), 'sampan-debian-'));
  try {
    const archives = join(place, 'archives');
    mkdirSync(join(archives, 'partial'), { recursive: true });
    const status = join(place, 'status');
    writeFileSync(status, '');
    const options = [`Dir::State::Status=${status}`, `Dir::Cache::archives=${archives}/`, 'APT::Sandbox::User=root'];
    const flags = [
      ...options.flatMap(option => ['-o', option]),
      '--no-install-recommends',
      '--download-only',
      '-qq',
      '-y',
    ];
    execFileSync('apt-get', [...flags, 'install', ...packages], { stdio: ['ignore', 'ignore', 'inherit'] });
    for (const file of readdirSync(archives).sort()) {
      if (file.endsWith('.deb')) execFileSync('dpkg-deb', ['-x', join(archives, file), root]);
    }
  } finally {
    rmSync(place, { recursive: true });
  }
  for (const path of ballast) rmSync(join(root, path), { recursive: true, force: true });
}
