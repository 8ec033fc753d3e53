import type { Container, Pod, Volume } from '../../api/generated/index.ts';
import type { AbortSignalLike } from '../../world/index.ts';
import { uidOf } from '../facts/index.ts';
import type { ImageProvider, SayAboutContainer } from '../images/index.ts';
import type { NodePaths } from '../node-paths.ts';
import type { ContainerRuntime, Host } from '../runtime/index.ts';
import type { MountedVolume } from './mounted-volume.ts';

const directoryName = 'image';

/**
 * Volumes that show an image's files, read-only. Kubernetes: the image is pulled when a container that mounts it is
 * started, as the container's own is.
 *
 * Differs from Kubernetes: the node mounts the image itself instead of leaving that to CRI, which containerd can do only
 * since 2.1.
 */
export class ImageVolumes {
  readonly #runtime: ContainerRuntime;
  readonly #host: Host;
  readonly #paths: NodePaths;
  readonly #images: ImageProvider;

  constructor(runtime: ContainerRuntime, host: Host, paths: NodePaths, images: ImageProvider) {
    this.#runtime = runtime;
    this.#host = host;
    this.#paths = paths;
    this.#images = images;
  }

  /** Those that the container mounts. Rejects with a `ContainerStartError` for an image that is not to be had. */
  async setUp(
    pod: Pod,
    container: Container,
    say: SayAboutContainer,
    signal: AbortSignalLike,
  ): Promise<ReadonlyMap<string, MountedVolume>> {
    const wanted = new Set(container.volumeMounts?.map(({ name }) => name));
    const mounted = new Map<string, MountedVolume>();
    for (const volume of pod.spec.volumes ?? []) {
      if (volume.image === undefined || !wanted.has(volume.name)) continue;
      mounted.set(volume.name, { hostPath: await this.#mount(pod, volume, say, signal), isReadOnly: true });
    }
    return mounted;
  }

  /** Before the pod's directory is removed: unmounts what is mounted, and lets go of it. */
  async tearDown(uid: string): Promise<void> {
    const { files, mounts } = this.#host;
    for (const name of (await files.list(this.#paths.volumes(uid, directoryName))) ?? []) {
      await mounts.unmount(this.#paths.volume(uid, directoryName, name));
      await this.#runtime.releaseImageView(viewKey(uid, name));
    }
  }

  async #mount(pod: Pod, volume: Volume, say: SayAboutContainer, signal: AbortSignalLike): Promise<string> {
    const { files, mounts } = this.#host;
    const { name, image } = volume;
    const uid = uidOf(pod);
    const path = this.#paths.volume(uid, directoryName, name);
    if ((await mounts.list(path)).includes(path)) return path;
    const asContainer = { name, image: image!.reference, imagePullPolicy: image!.pullPolicy };
    const { ref } = await this.#images.provide(pod, asContainer, say, signal);
    await files.makeDirectory(path, { mode: 0o755 });
    await mounts.mount(path, await this.#runtime.viewImage(ref, viewKey(uid, name)));
    return path;
  }
}

function viewKey(uid: string, volume: string): string {
  return `sampan-volume-${uid}-${volume}`;
}
