import { rmSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import type { PacketFilter, TrackedFlow } from '../../network/index.ts';
import { deletionsOf, readFlows } from './conntrack.ts';
import { kernelSettings, settingCommand } from './kernel-settings.ts';
import { readNftError } from './nft-error.ts';
import { type CommandResult, runCommand } from './run-command.ts';

export interface NftPacketFilterOptions {
  /** Where scripts are written for nft to read; best on a tmpfs such as /run. Made where it is missing. */
  readonly directory: string;
  /** Put before every command: `['nsenter', '--net=/run/netns/node-a']` filters in another network namespace. */
  readonly prefix?: readonly string[];
  /** Every address of the node, where `prefix` leads to one that this process is not in. */
  readonly nodeAddresses?: () => ReadonlySet<string>;
}

/**
 * The packet filter through the programs `nft` and `conntrack`.
 *
 * Scripts go through a file: nft opens /dev/stdin by name, which fails where standard input is a socket, as Node's
 * pipes to children are. One process a script costs some 5 ms; a long-lived `nft -i` would save that, and lose the exit
 * status that tells whether the kernel took it.
 */
export class NftPacketFilter implements PacketFilter {
  readonly #file: string;
  readonly #directory: string;
  readonly #prefix: readonly string[];
  readonly #nodeAddresses: () => ReadonlySet<string>;
  #isDirectoryMade = false;
  #last: Promise<void> = Promise.resolve();

  constructor(options: NftPacketFilterOptions) {
    this.#directory = options.directory;
    this.#file = join(options.directory, 'services.nft');
    this.#prefix = options.prefix ?? [];
    this.#nodeAddresses = options.nodeAddresses ?? readOwnAddresses;
  }

  async prepare(hasIpv6: boolean): Promise<readonly string[]> {
    const warnings: string[] = [];
    for (const setting of kernelSettings(hasIpv6)) {
      const { code, stderr } = await this.#run(settingCommand(setting));
      if (code !== 0) warnings.push(`${setting.path} is not 1 (${setting.consequence}): ${stderr.trim()}`);
    }
    return warnings;
  }

  /** One script at a time: they share a file, and the order in which they were given is the order that counts. */
  apply(script: string): Promise<void> {
    const applied = this.#last.then(() => this.#applyNow(script));
    this.#last = applied.catch(() => {});
    return applied;
  }

  async #applyNow(script: string): Promise<void> {
    if (!this.#isDirectoryMade) await mkdir(this.#directory, { recursive: true, mode: 0o700 });
    this.#isDirectoryMade = true;
    await writeFile(this.#file, script, { mode: 0o600 });
    const { code, stderr } = await this.#run(['nft', '-f', this.#file]);
    if (code !== 0) throw readNftError(stderr, script);
  }

  async listUdpFlows(): Promise<readonly TrackedFlow[]> {
    const flows: TrackedFlow[] = [];
    for (const family of ['ipv4', 'ipv6']) {
      const { code, stdout, stderr } = await this.#run(['conntrack', '-L', '-f', family, '-p', 'udp']);
      if (code !== 0) throw new Error(`conntrack: ${stderr.trim()}`);
      flows.push(...readFlows(stdout));
    }
    return flows;
  }

  async forgetUdpFlows(flows: readonly TrackedFlow[]): Promise<void> {
    for (const deletion of deletionsOf(flows)) {
      const { code, stderr } = await this.#run(['conntrack', ...deletion]);
      // The flows may have ended meanwhile; conntrack then deletes none and exits with 1.
      if (code !== 0 && !stderr.includes('0 flow entries')) throw new Error(`conntrack: ${stderr.trim()}`);
    }
  }

  nodeAddresses(): ReadonlySet<string> {
    return this.#nodeAddresses();
  }

  /** Removes the script's file. */
  close(): void {
    rmSync(this.#file, { force: true });
  }

  #run(command: readonly string[]): Promise<CommandResult> {
    return runCommand([...this.#prefix, ...command]);
  }
}

function readOwnAddresses(): ReadonlySet<string> {
  const addresses = new Set<string>();
  for (const entries of Object.values(networkInterfaces())) {
    for (const entry of entries ?? []) addresses.add(entry.address);
  }
  return addresses;
}
