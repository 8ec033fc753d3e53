import { setTimeout as sleep } from 'node:timers/promises';
import {
  type ByteSource,
  type ContainerRuntime,
  type HostMount,
  type ImageSummary,
  isRuntimeError,
  type PullOptions,
  type RuntimeEventListener,
  type Subscription,
} from '../../node/runtime/index.ts';
import type { AbortSignalLike } from '../../world/index.ts';
import { CriClient } from '../cri/index.ts';
import { GrpcConnection } from '../grpc/index.ts';
import { type TaskEvent, watchContainerdEvents } from './containerd-events.ts';
import { endTask } from './end-task.ts';
import { ImageViews, importImageArchive, pauseImage } from './images/index.ts';
import * as containerd from './methods.ts';

/** How long CRI may lag behind containerd's events before they are told regardless. */
const settleMsMax = 1000;
const settlePollMs = 5;
const progressMs = 300;

/** The node's runtime port on a containerd, ours or another's. */
export class ContainerdRuntime extends CriClient implements ContainerRuntime {
  constructor(socketPath: string) {
    super(new GrpcConnection(socketPath));
  }

  watchEvents(listener: RuntimeEventListener): Subscription {
    return watchContainerdEvents(this.connection, event => this.#settle(event), listener);
  }

  override async removePodSandbox(podSandboxId: string): Promise<void> {
    await this.#removing(
      () => super.removePodSandbox(podSandboxId),
      async () => [...(await this.listContainers({ sandboxId: podSandboxId })).map(({ id }) => id), podSandboxId],
    );
  }

  override async removeContainer(containerId: string): Promise<void> {
    await this.#removing(
      () => super.removeContainer(containerId),
      async () => [containerId],
    );
  }

  async importImages(archive: ByteSource): Promise<readonly string[]> {
    const names = await importImageArchive(this.connection, archive);
    for (const name of names) await this.#untilListed(name);
    return names;
  }

  async viewImage(image: string, key: string): Promise<readonly HostMount[]> {
    return (await this.#openViews()).view(image, key);
  }

  async releaseImageView(key: string): Promise<void> {
    await (await this.#openViews()).release(key);
  }

  override async pullImage(image: string, options: PullOptions = {}, signal?: AbortSignalLike): Promise<string> {
    const watching = new AbortController();
    if (options.onProgress !== undefined) void this.#watchProgress(options.onProgress, watching.signal);
    try {
      return await super.pullImage(image, options, signal);
    } finally {
      watching.abort();
    }
  }

  override async listImages(): Promise<readonly ImageSummary[]> {
    const images = await super.listImages();
    // containerd 1.6 does not know pinned images.
    return images.map(image => (image.repoTags.includes(pauseImage) ? { ...image, isPinned: true } : image));
  }

  /**
   * A start whose caller went away may leave a task that CRI does not know of, and that therefore nobody ends: CRI then
   * refuses to remove the container ("cannot delete running task"), for good.
   */
  async #removing(remove: () => Promise<void>, tasks: () => Promise<readonly string[]>): Promise<void> {
    try {
      await remove();
    } catch (error) {
      if (!isRuntimeError(error, 'failedPrecondition')) throw error;
      for (const id of await tasks()) await endTask(this.connection, id);
      await remove();
    }
  }

  /** Views are made by the snapshotter that CRI uses, so that what is unpacked already is used. */
  async #openViews(): Promise<ImageViews> {
    const [filesystem] = await this.imageFilesystems();
    const snapshotter = /\.snapshotter\.v1\.([\w-]+)$/.exec(filesystem?.mountpoint ?? '')?.[1] ?? 'overlayfs';
    return new ImageViews(this.connection, snapshotter);
  }

  /** Waits until the records of CRI, which listens to the same events, show what the event says. */
  async #settle(event: TaskEvent): Promise<void> {
    if (event.type !== 'exited' && event.type !== 'started') return;
    const deadline = Date.now() + settleMsMax;
    while (!(await this.#isSettled(event)) && Date.now() < deadline) await sleep(settlePollMs);
  }

  async #isSettled(event: TaskEvent): Promise<boolean> {
    try {
      // Lists, because containerd logs an error for every status of something it does not have.
      const [container] = await this.listContainers({ id: event.id });
      if (container !== undefined) {
        return event.type === 'exited' ? container.state === 'exited' : container.state !== 'created';
      }
      const [sandbox] = await this.listPodSandboxes({ id: event.id });
      return event.type !== 'exited' || sandbox?.state !== 'ready';
    } catch {
      // The runtime is gone: whoever asks about the container will notice too.
      return true;
    }
  }

  async #untilListed(name: string): Promise<void> {
    const deadline = Date.now() + settleMsMax;
    while ((await this.imageStatus(name)) === undefined && Date.now() < deadline) await sleep(settlePollMs);
  }

  /** Sums up what is being downloaded. Pulls that run at once are not told apart. */
  async #watchProgress(tell: NonNullable<PullOptions['onProgress']>, signal: AbortSignal): Promise<void> {
    const options = { metadata: containerd.criNamespace, signal };
    while (!signal.aborted) {
      await sleep(progressMs, undefined, { signal, ref: false }).catch(() => {
        // The pull has ended.
      });
      const answer = await this.connection
        .call(containerd.listContentStatuses, {}, options)
        .catch(() => ({ statuses: [] }));
      if (signal.aborted || answer.statuses.length === 0) continue;
      const sum = (part: 'offset' | 'total'): number => answer.statuses.reduce((all, one) => all + one[part], 0);
      tell({ doneBytes: sum('offset'), totalBytes: sum('total') });
    }
  }
}
