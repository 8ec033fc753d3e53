import { findCniPlugins, findProgram } from '../../../drivers/containerd/index.ts';
import { CommandError } from '../../command-error.ts';

const alternative = 'or start with --nodes simulated:3, which needs nothing but Node';

/** What a node runs, by the Debian package that has it. `containerd` only where we start our own. */
const programs: Readonly<Record<string, string>> = {
  runc: 'runc',
  nft: 'nftables',
  ip: 'iproute2',
  conntrack: 'conntrack',
};

/** Throws a `CommandError` that names everything that this machine lacks for real pods. */
export async function requireMachine(needsContainerd: boolean): Promise<void> {
  if (process.platform !== 'linux') {
    throw new CommandError(`real nodes need Linux, this is ${process.platform}: use a Linux machine, ${alternative}`);
  }
  if (process.getuid?.() !== 0) throw new CommandError(`real nodes need root: start as root (sudo), ${alternative}`);
  const wanted = { ...(needsContainerd ? { containerd: 'containerd' } : {}), ...programs };
  const missing: string[] = [];
  const packages: string[] = [];
  for (const [program, debianPackage] of Object.entries(wanted)) {
    if ((await findProgram(program)) !== undefined) continue;
    missing.push(program);
    packages.push(debianPackage);
  }
  if (needsContainerd && (await findCniPlugins()) === undefined) {
    missing.push('the CNI plugins');
    packages.push('containernetworking-plugins');
  }
  if (missing.length === 0) return;
  throw new CommandError(
    `real nodes need ${missing.join(', ')}, not found here: install (Debian: apt-get install ${packages.join(' ')}), ${alternative}`,
  );
}
