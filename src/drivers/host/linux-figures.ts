import { execFile } from 'node:child_process';
import { readdir, readFile, statfs } from 'node:fs/promises';
import { availableParallelism, hostname, networkInterfaces } from 'node:os';
import { arch } from 'node:process';
import { promisify } from 'node:util';
import type {
  Filesystem,
  HostAddress,
  HostFacts,
  HostFigures,
  HugepagePool,
  MemoryFigures,
  ProcessFigures,
} from '../../node/runtime/index.ts';
import type { LinuxCgroups } from './linux-cgroups.ts';

const architectures: Readonly<Record<string, string>> = { x64: 'amd64', arm64: 'arm64' };
const hugepageDirectory = '/sys/kernel/mm/hugepages';
/** The kernel counts CPU time in ticks of 1/100 s towards user space, whatever its own rate. */
const tickNanoSeconds = 1e7;

/** What the machine is and has left, from /proc and /sys. */
export class LinuxFigures implements HostFigures {
  readonly #cgroups: LinuxCgroups;

  constructor(cgroups: LinuxCgroups) {
    this.#cgroups = cgroups;
  }

  async facts(): Promise<HostFacts> {
    const memory = await readMemoryTable();
    const [release, machineId, bootId, systemUuid, kernelVersion, addresses, hugepages] = await Promise.all([
      readFirst(['/etc/os-release', '/usr/lib/os-release']),
      readFirst(['/etc/machine-id', '/var/lib/dbus/machine-id']),
      readFirst(['/proc/sys/kernel/random/boot_id']),
      readFirst(['/sys/class/dmi/id/product_uuid']),
      readFirst(['/proc/sys/kernel/osrelease']),
      readAddresses(),
      readHugepages(),
    ]);
    return {
      hostname: hostname(),
      cpuCount: availableParallelism(),
      memoryBytes: memory.get('MemTotal') ?? 0,
      swapBytes: memory.get('SwapTotal') ?? 0,
      hugepages,
      kernelVersion,
      osImage: /^PRETTY_NAME="?([^"\n]*)"?$/m.exec(release)?.[1] ?? 'Linux',
      operatingSystem: 'linux',
      architecture: architectures[arch] ?? arch,
      machineId,
      bootId,
      // Kubernetes: cadvisor too falls back to the machine id where there is no firmware table.
      systemUuid: systemUuid === '' ? machineId : systemUuid,
      addresses,
    };
  }

  async memory(): Promise<MemoryFigures> {
    const capacityBytes = (await readMemoryTable()).get('MemTotal') ?? 0;
    const { usageBytes, workingSetBytes } = await this.#cgroups.rootMemory();
    return {
      at: Date.now(),
      capacityBytes,
      availableBytes: Math.max(0, capacityBytes - workingSetBytes),
      usageBytes,
      workingSetBytes,
    };
  }

  async filesystem(path: string): Promise<Filesystem> {
    const figures = await statfs(path);
    return {
      capacityBytes: figures.blocks * figures.bsize,
      availableBytes: figures.bavail * figures.bsize,
      usedBytes: (figures.blocks - figures.bfree) * figures.bsize,
      inodes: figures.files,
      inodesFree: figures.ffree,
    };
  }

  async processes(): Promise<ProcessFigures> {
    const [pidMax, loadAverage] = await Promise.all([
      readFirst(['/proc/sys/kernel/pid_max']),
      readFirst(['/proc/loadavg']),
    ]);
    // `0.20 0.18 0.12 1/80 11206`: running/all kernel scheduling entities.
    return { pidMax: Number(pidMax), running: Number(/\/(\d+)/.exec(loadAverage)?.[1] ?? 0) };
  }

  async cpuNanoSeconds(): Promise<number> {
    const [, user, nice, system, , , irq, softirq, steal] = (await readFirst(['/proc/stat']))
      .split(/\s+/, 9)
      .map(Number);
    const ticks = [user, nice, system, irq, softirq, steal].reduce((sum: number, part = 0) => sum + part, 0);
    return ticks * tickNanoSeconds;
  }
}

/** /proc/meminfo in bytes. */
async function readMemoryTable(): Promise<Map<string, number>> {
  const text = await readFile('/proc/meminfo', 'utf8');
  return new Map([...text.matchAll(/^(\w+):\s+(\d+) kB$/gm)].map(match => [match[1]!, Number(match[2]) * 1024]));
}

/** The first file that is there, trimmed; empty when none is. */
async function readFirst(paths: readonly string[]): Promise<string> {
  for (const path of paths) {
    const text = await readFile(path, 'utf8').catch(() => undefined);
    if (text !== undefined) return text.trim();
  }
  return '';
}

async function readHugepages(): Promise<readonly HugepagePool[]> {
  const pools: HugepagePool[] = [];
  for (const name of (await readdir(hugepageDirectory).catch(() => [])).sort()) {
    const kibibytes = Number(/^hugepages-(\d+)kB$/.exec(name)?.[1] ?? 0);
    const count = Number(await readFirst([`${hugepageDirectory}/${name}/nr_hugepages`]));
    const pageSize = kibibytes >= 1 << 20 ? `${kibibytes / (1 << 20)}Gi` : `${kibibytes / 1024}Mi`;
    if (kibibytes > 0) pools.push({ pageSize, totalBytes: kibibytes * 1024 * count });
  }
  return pools;
}

async function readAddresses(): Promise<readonly HostAddress[]> {
  const gateway = await defaultInterface();
  const found: HostAddress[] = [];
  for (const [name, addresses] of Object.entries(networkInterfaces())) {
    for (const { address, family, internal } of addresses ?? []) {
      if (internal || address.toLowerCase().startsWith('fe80:')) continue;
      found.push({ ip: address, family: family === 'IPv6' ? 6 : 4, interface: name, isDefault: name === gateway });
    }
  }
  return [...found.filter(address => address.isDefault), ...found.filter(address => !address.isDefault)];
}

/** The interface of the IPv4 default route with the lowest metric, else of IPv6's. */
async function defaultInterface(): Promise<string | undefined> {
  const routes = (await readFirst(['/proc/net/route']))
    .split('\n')
    .slice(1)
    .map(line => line.split('\t'));
  const defaults = routes.filter(
    ([, destination, , , , , , mask]) => destination === '00000000' && mask === '00000000',
  );
  const [best] = defaults.sort((a, b) => Number(a[6]) - Number(b[6]));
  if (best !== undefined) return best[0];
  const ipv6 = await promisify(execFile)('ip', ['-6', 'route', 'show', 'default']).catch(() => ({ stdout: '' }));
  return /\bdev (\S+)/.exec(ipv6.stdout)?.[1];
}
