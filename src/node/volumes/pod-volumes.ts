import type { Pod, Volume } from '../../api/generated/index.ts';
import { uidOf } from '../facts/index.ts';
import type { NodePaths } from '../node-paths.ts';
import type { ReferencedObjects } from '../objects/index.ts';
import type { Host } from '../runtime/index.ts';
import type { ImageVolumes } from './image-volumes.ts';
import type { MountedVolume } from './mounted-volume.ts';
import type { ServiceAccountTokens } from './service-account-tokens.ts';
import { VolumeError, type VolumeFailure } from './volume-error.ts';
import { type MountContext, pluginOf, type VolumeMounter } from './volume-mounter.ts';

interface Done {
  readonly version: string;
  readonly volumes: ReadonlyMap<string, MountedVolume>;
}

/** The volumes of all pods of a node: set up before containers start, kept up to date, taken down at the end. */
export class PodVolumes {
  readonly #host: Host;
  readonly #paths: NodePaths;
  readonly #mounter: VolumeMounter;
  readonly #objects: ReferencedObjects;
  readonly #tokens: ServiceAccountTokens;
  readonly #images: ImageVolumes;
  readonly #done = new Map<string, Done>();

  constructor(
    host: Host,
    paths: NodePaths,
    mounter: VolumeMounter,
    objects: ReferencedObjects,
    tokens: ServiceAccountTokens,
    images: ImageVolumes,
  ) {
    this.#host = host;
    this.#paths = paths;
    this.#mounter = mounter;
    this.#objects = objects;
    this.#tokens = tokens;
    this.#images = images;
  }

  /**
   * Sets up the pod's volumes, or brings their contents up to date; does nothing while nothing that they show has
   * changed. Rejects with a `VolumeError` that names all that failed.
   */
  async setUp(pod: Pod, context: MountContext): Promise<ReadonlyMap<string, MountedVolume>> {
    const uid = uidOf(pod);
    const objects = this.#objectsVersionOf(pod);
    const done = this.#done.get(uid);
    if (done?.version === this.#versionOf(pod, objects)) return done.volumes;
    const volumes = await this.#setUpAll(pod, context);
    // Tokens have been renewed by now. An object that has changed meanwhile may have come too late for its volume.
    this.#done.set(uid, { version: this.#versionOf(pod, objects), volumes });
    return volumes;
  }

  /** What has been set up, for a pod that is only looked at. */
  mounted(uid: string): ReadonlyMap<string, MountedVolume> | undefined {
    return this.#done.get(uid)?.volumes;
  }

  /** When the volumes should be looked at again although nothing has changed. */
  refreshAt(uid: string): number | undefined {
    return this.#tokens.refreshAt(uid);
  }

  /** Unmounts and removes everything of the pod but its logs. Can be done again. */
  async tearDown(uid: string): Promise<void> {
    this.#done.delete(uid);
    this.#tokens.forget(uid);
    await this.#images.tearDown(uid);
    const { files, mounts } = this.#host;
    for (const path of await mounts.list(this.#paths.pod(uid))) await mounts.unmount(path);
    await files.remove(this.#paths.pod(uid));
    await files.remove(this.#paths.podMemory(uid));
  }

  async #setUpAll(pod: Pod, context: MountContext): Promise<ReadonlyMap<string, MountedVolume>> {
    const all = pod.spec.volumes ?? [];
    const volumes = new Map<string, MountedVolume>();
    const failures: VolumeFailure[] = [];
    await Promise.all(
      all.map(async volume => {
        // Images come with the containers that mount them.
        if (volume.image !== undefined) return;
        const result = await this.#setUpOne(pod, volume, context);
        if ('problem' in result) failures.push(result);
        else volumes.set(volume.name, result);
      }),
    );
    if (failures.length > 0) throw new VolumeError(failures);
    return volumes;
  }

  async #setUpOne(pod: Pod, volume: Volume, context: MountContext): Promise<MountedVolume | VolumeFailure> {
    try {
      return await this.#mounter.setUp(pod, volume, context);
    } catch (error) {
      const step = pluginOf(volume) === undefined ? 'FindPluginBySpec' : 'SetUp';
      return { volume: volume.name, step, problem: (error as Error).message };
    }
  }

  #objectsVersionOf(pod: Pod): string {
    const { labels, annotations } = pod.metadata;
    return `${this.#objects.versionOf(pod)}|${JSON.stringify([labels, annotations])}`;
  }

  #versionOf(pod: Pod, objects: string): string {
    return `${this.#tokens.versionOf(uidOf(pod))}|${objects}`;
  }
}
