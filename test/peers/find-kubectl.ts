import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { findKubectls } from '../api-server/kubectl.ts';
import { buildPrograms, peersCache } from './build-programs.ts';
import type { ProgramName } from './programs.ts';

/** A kubectl of a minor version (`1.27`): the one built before, or one that the machine has, or else built now. */
export async function findKubectl(minor: string, program: ProgramName): Promise<string> {
  const present = existsSync(join(peersCache, 'bin', program)) ? undefined : findKubectls();
  const beside = present?.find(({ version }) => version === minor);
  return beside?.path ?? (await buildPrograms([program]))[program];
}

/** `1.27.16`, as the program says. */
export function readKubectlVersion(path: string): string {
  const text = execFileSync(path, ['version', '--client', '--output=json'], { encoding: 'utf8' });
  const { clientVersion } = JSON.parse(text) as { clientVersion: { gitVersion: string } };
  return clientVersion.gitVersion.replace(/^v/, '').replace(/-dispatcher.*$/, '');
}
