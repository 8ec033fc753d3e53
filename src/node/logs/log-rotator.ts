import type { Log, Timer, World } from '../../world/index.ts';
import type { ContainerRuntime, HostFiles } from '../runtime/index.ts';

/** Kubernetes: containerLogMaxSize, containerLogMaxFiles, containerLogMonitorInterval. */
const sizeBytesMax = 10 * 1024 * 1024;
const filesMax = 5;
const checkMs = 10_000;

export interface RunningLog {
  readonly containerId: string;
  readonly path: string;
}

/**
 * Keeps containers' logs small: a file that has grown too large is renamed, and the runtime opens a new one.
 * Differs from Kubernetes: rotated files are not compressed.
 */
export class LogRotator {
  readonly #world: World;
  readonly #runtime: ContainerRuntime;
  readonly #files: HostFiles;
  readonly #running: () => readonly RunningLog[];
  readonly #log: Log;
  #timer: Timer | undefined;
  #isStopped = false;

  constructor(world: World, runtime: ContainerRuntime, files: HostFiles, running: () => readonly RunningLog[]) {
    this.#world = world;
    this.#runtime = runtime;
    this.#files = files;
    this.#running = running;
    this.#log = world.log.child('node.logs');
  }

  start(): void {
    if (this.#isStopped) return;
    this.#timer = this.#world.clock.after(checkMs, () =>
      this.#world.tasks.spawn('rotate logs', async () => {
        await this.rotateAll();
        this.start();
      }),
    );
  }

  stop(): void {
    this.#isStopped = true;
    this.#timer?.cancel();
  }

  async rotateAll(): Promise<void> {
    for (const running of this.#running()) {
      try {
        await this.#rotate(running);
      } catch (error) {
        this.#log.warn('cannot rotate a log', { path: running.path, error: (error as Error).message });
      }
    }
  }

  async #rotate({ containerId, path }: RunningLog): Promise<void> {
    const found = await this.#files.stat(path);
    if (found === undefined || found.sizeBytes < sizeBytesMax) return;
    await this.#removeOldest(path);
    const rotated = `${path}.${stampOf(this.#world.clock.now())}`;
    await this.#files.rename(path, rotated);
    try {
      await this.#runtime.reopenContainerLog(containerId);
    } catch (error) {
      // Kubernetes: without a file of its own the container would write into the old one for ever.
      await this.#files.rename(rotated, path);
      throw error;
    }
  }

  /** Room for the file to come and the one that is rotated away now. */
  async #removeOldest(path: string): Promise<void> {
    const slash = path.lastIndexOf('/');
    const directory = path.slice(0, slash);
    const prefix = `${path.slice(slash + 1)}.`;
    const rotated = ((await this.#files.list(directory)) ?? []).filter(name => name.startsWith(prefix));
    for (const name of rotated.slice(0, Math.max(0, rotated.length - (filesMax - 2)))) {
      await this.#files.remove(`${directory}/${name}`);
    }
  }
}

/** Kubernetes: `20260102-030405`; in their order by time. */
function stampOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 19).replaceAll('-', '').replaceAll(':', '').replace('T', '-');
}
