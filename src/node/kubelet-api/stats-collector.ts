import type { Pod } from '../../api/generated/index.ts';
import { formatTime, type World } from '../../world/index.ts';
import type { NodePaths } from '../node-paths.ts';
import type { PodWorkers } from '../pods/index.ts';
import type {
  ContainerRuntime,
  ContainerStats,
  CpuStats,
  Filesystem,
  Host,
  InterfaceStats,
  MemoryStats,
  SandboxStats,
} from '../runtime/index.ts';
import { ownerLabel, podUidLabel, type RuntimePod } from '../runtime-pods/index.ts';
import { CpuRates } from './cpu-rates.ts';
import { readInterfaces } from './read-interfaces.ts';
import type {
  ContainerStatsSummary,
  CpuFigures,
  FilesystemFigures,
  MemoryFigures,
  NetworkFigures,
  NodeStats,
  PodStats,
  Summary,
} from './summary.ts';

export interface StatsMeans {
  readonly world: World;
  readonly runtime: ContainerRuntime;
  readonly host: Host;
  readonly paths: NodePaths;
  readonly workers: Pick<PodWorkers, 'list'>;
  readonly nodeName: string;
  /** Since when the node has been looked after; milliseconds since the epoch. */
  readonly startedAt: number;
}

/** How long the first question waits, so that it can tell rates. */
const firstSpanMs = 250;

/** Gathers what the runtime and the machine tell of usage. */
export class StatsCollector {
  readonly #means: StatsMeans;
  readonly #rates = new CpuRates();
  #hasReadings = false;

  constructor(means: StatsMeans) {
    this.#means = means;
  }

  async collect(): Promise<Summary> {
    if (!this.#hasReadings) {
      this.#hasReadings = true;
      await this.#read();
      await this.#means.world.clock.sleep(firstSpanMs);
    }
    return this.#read();
  }

  async #read(): Promise<Summary> {
    const { runtime, paths, workers } = this.#means;
    const [node, sandboxes] = await Promise.all([
      this.#readNode(),
      runtime.listPodSandboxStats({ labels: { [ownerLabel]: paths.owner } }),
    ]);
    const byUid = new Map(sandboxes.map(stats => [stats.labels[podUidLabel], stats]));
    const pods: PodStats[] = [];
    for (const { pod, runtimePod } of workers.list()) {
      const stats = byUid.get(pod.metadata.uid);
      if (stats !== undefined && runtimePod !== undefined) pods.push(await this.#describePod(pod, runtimePod, stats));
    }
    this.#rates.endRound();
    return { node, pods };
  }

  async #readNode(): Promise<NodeStats> {
    const { world, runtime, host, paths, nodeName, startedAt } = this.#means;
    const { figures, files } = host;
    const [facts, memory, usageCoreNanoSeconds, processes, root, images, network] = await Promise.all([
      figures.facts(),
      figures.memory(),
      figures.cpuNanoSeconds(),
      figures.processes(),
      figures.filesystem(paths.root),
      runtime.imageFilesystems(),
      files.readText('/proc/net/dev'),
    ]);
    const at = world.clock.now();
    const time = formatTime(at);
    const image = images[0];
    const imageRoot = image === undefined ? root : await figures.filesystem(image.mountpoint);
    const imageFs = describeFilesystem(imageRoot, time);
    const defaultInterface = facts.addresses.find(({ isDefault }) => isDefault)?.interface;
    return {
      nodeName,
      startTime: formatTime(startedAt),
      cpu: this.#describeCpu('node', { at, usageCoreNanoSeconds }),
      memory: {
        time: formatTime(memory.at),
        availableBytes: memory.availableBytes,
        usageBytes: memory.usageBytes,
        workingSetBytes: memory.workingSetBytes,
      },
      network: describeNetwork(readInterfaces(network ?? '', defaultInterface), time),
      fs: describeFilesystem(root, time),
      runtime: {
        imageFs: { ...imageFs, usedBytes: image?.usedBytes, inodesUsed: image?.inodesUsed },
        containerFs: imageFs,
      },
      rlimit: { time, maxpid: processes.pidMax, curproc: processes.running },
    };
  }

  async #describePod(pod: Pod, runtimePod: RuntimePod, stats: SandboxStats): Promise<PodStats> {
    const { name = '', namespace = '', uid = '' } = pod.metadata;
    const containers = await Promise.all(stats.containers.map(each => this.#describeContainer(pod, runtimePod, each)));
    const time = formatTime(this.#means.world.clock.now());
    const total = (read: (container: ContainerStatsSummary) => number | undefined): number =>
      containers.reduce((sum, container) => sum + (read(container) ?? 0), 0);
    return {
      podRef: { name, namespace, uid },
      startTime: formatTime(runtimePod.sandboxes[0]?.createdAt ?? this.#means.startedAt),
      containers,
      cpu: stats.cpu && this.#describeCpu(stats.id, stats.cpu),
      memory: stats.memory && describeMemory(stats.memory),
      network: describeNetwork(stats.interfaces, time),
      'ephemeral-storage': {
        ...(await this.#rootCapacity(time)),
        usedBytes: total(({ rootfs, logs }) => (rootfs.usedBytes ?? 0) + (logs.usedBytes ?? 0)),
        inodesUsed: total(({ rootfs, logs }) => (rootfs.inodesUsed ?? 0) + (logs.inodesUsed ?? 0)),
      },
      process_stats: stats.processCount === undefined ? undefined : { process_count: stats.processCount },
    };
  }

  async #describeContainer(pod: Pod, runtimePod: RuntimePod, stats: ContainerStats): Promise<ContainerStatsSummary> {
    const { host, paths, startedAt } = this.#means;
    const { name } = stats;
    const running = runtimePod.containers.find(({ id }) => id === stats.id);
    const time = formatTime(stats.writableLayer?.at ?? stats.cpu?.at ?? this.#means.world.clock.now());
    const logs = await host.files.diskUsage(`${paths.podLogs(pod)}/${name}`);
    return {
      name,
      startTime: formatTime(running?.startedAt ?? running?.createdAt ?? startedAt),
      cpu: stats.cpu && this.#describeCpu(stats.id, stats.cpu),
      memory: stats.memory && describeMemory(stats.memory),
      rootfs: { time, usedBytes: stats.writableLayer?.usedBytes, inodesUsed: stats.writableLayer?.inodesUsed },
      logs: { ...(await this.#rootCapacity(time)), usedBytes: logs.bytes, inodesUsed: logs.inodes },
    };
  }

  async #rootCapacity(time: string): Promise<FilesystemFigures> {
    const { host, paths } = this.#means;
    const {
      inodesUsed: _,
      usedBytes: __,
      ...capacity
    } = describeFilesystem(await host.figures.filesystem(paths.root), time);
    return capacity;
  }

  #describeCpu(id: string, stats: CpuStats): CpuFigures {
    const usageCoreNanoSeconds = Math.round(stats.usageCoreNanoSeconds);
    const rate = this.#rates.rate(id, { at: stats.at, usageCoreNanoSeconds });
    return { time: formatTime(stats.at), usageNanoCores: stats.usageNanoCores ?? rate, usageCoreNanoSeconds };
  }
}

function describeMemory(stats: MemoryStats): MemoryFigures {
  const { at, ...figures } = stats;
  return { time: formatTime(at), ...figures };
}

function describeNetwork(interfaces: readonly InterfaceStats[], time: string): NetworkFigures | undefined {
  const all = interfaces.map(({ name, receivedBytes, receiveErrors, sentBytes, sendErrors }) => ({
    name,
    rxBytes: receivedBytes,
    rxErrors: receiveErrors,
    txBytes: sentBytes,
    txErrors: sendErrors,
  }));
  return all.length === 0 ? undefined : { time, ...all[0]!, interfaces: all };
}

function describeFilesystem(filesystem: Filesystem, time: string): FilesystemFigures {
  const { capacityBytes, availableBytes, usedBytes, inodes, inodesFree } = filesystem;
  return { time, availableBytes, capacityBytes, usedBytes, inodesFree, inodes, inodesUsed: inodes - inodesFree };
}
