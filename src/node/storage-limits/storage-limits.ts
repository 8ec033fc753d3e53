import type { Pod } from '../../api/generated/index.ts';
import type { Log, Timer } from '../../world/index.ts';
import { uidOf } from '../facts/index.ts';
import type { PodMeans, PodWorker, PodWorkers } from '../pods/index.ts';
import type { ContainerStats } from '../runtime/index.ts';
import { podUidLabel } from '../runtime-pods/index.ts';
import { findExcess, hasStorageLimits, type StorageUsage } from './find-excess.ts';

/** Kubernetes: monitoringInterval. */
const lookMs = 10_000;
/** Kubernetes: immediateEvictionGracePeriodSeconds. */
const graceSeconds = 1;

type Means = Pick<PodMeans, 'world' | 'runtime' | 'host' | 'paths' | 'volumes' | 'events'>;

/** Ends pods that occupy more of the node's disk than they may. Measures only those that are limited. */
export class StorageLimits {
  readonly #means: Means;
  readonly #workers: PodWorkers;
  readonly #log: Log;
  #timer: Timer | undefined;
  #isStopped = false;

  constructor(means: Means, workers: PodWorkers) {
    this.#means = means;
    this.#workers = workers;
    this.#log = means.world.log.child('node.storage');
  }

  start(): void {
    if (this.#isStopped) return;
    const { clock, tasks } = this.#means.world;
    this.#timer = clock.after(lookMs, () =>
      tasks.spawn('look at storage limits', async () => {
        await this.lookAtAll();
        this.start();
      }),
    );
  }

  stop(): void {
    this.#isStopped = true;
    this.#timer?.cancel();
  }

  async lookAtAll(): Promise<void> {
    for (const worker of this.#workers.list()) {
      if (worker.stage !== 'running' || !hasStorageLimits(worker.pod)) continue;
      try {
        await this.#look(worker);
      } catch (error) {
        // What cannot be measured now is measured next time.
        this.#log.debug('cannot measure a pod', { uid: worker.uid, error: (error as Error).message });
      }
    }
  }

  async #look(worker: PodWorker): Promise<void> {
    const { pod } = worker;
    const message = findExcess(pod, await this.#measure(pod));
    if (message === undefined) return;
    this.#means.events.ofPod(pod, 'Warning', 'Evicted', message);
    worker.fail({ reason: 'Evicted', message }, graceSeconds);
  }

  async #measure(pod: Pod): Promise<StorageUsage> {
    const { runtime, paths, volumes } = this.#means;
    const containers = new Map<string, number>();
    for (const stats of await runtime.listContainerStats({ labels: { [podUidLabel]: uidOf(pod) } })) {
      containers.set(stats.name, await this.#measureContainer(paths.podLogs(pod), stats));
    }
    const used = new Map<string, number>();
    const mounted = volumes.mounted(uidOf(pod));
    for (const { name, emptyDir, configMap } of pod.spec.volumes ?? []) {
      const path = mounted?.get(name)?.hostPath;
      const isOnDisk = (emptyDir !== undefined && emptyDir.medium !== 'Memory') || configMap !== undefined;
      if (path !== undefined && isOnDisk) used.set(name, await this.#usageOf(path));
    }
    return { containers, volumes: used };
  }

  async #measureContainer(logs: string, { name, writableLayer }: ContainerStats): Promise<number> {
    return (writableLayer?.usedBytes ?? 0) + (await this.#usageOf(`${logs}/${name}`));
  }

  async #usageOf(path: string): Promise<number> {
    const { files } = this.#means.host;
    return (await files.stat(path)) === undefined ? 0 : (await files.diskUsage(path)).bytes;
  }
}
