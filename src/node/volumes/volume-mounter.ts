import type { EmptyDirVolumeSource, Pod, Volume } from '../../api/generated/index.ts';
import { amountOf, everyContainerLimits, type PodAddresses, podLimits, uidOf } from '../facts/index.ts';
import type { NodePaths } from '../node-paths.ts';
import type { ObjectLookup } from '../objects/index.ts';
import type { Host, ProjectedFile } from '../runtime/index.ts';
import { withoutAbsent } from '../without-absent.ts';
import { checkHostPath } from './check-host-path.ts';
import { fsUserOf } from './fs-user.ts';
import type { MountedVolume } from './mounted-volume.ts';
import type { ServiceAccountTokens } from './service-account-tokens.ts';
import { buildPayload } from './volume-payload.ts';

export interface MountContext {
  readonly addresses: PodAddresses;
  readonly allocatable: Readonly<Record<string, string>>;
}

/** Of what plugin a volume is, as Kubernetes names its directory. */
const plugins = ['emptyDir', 'hostPath', 'configMap', 'secret', 'downwardAPI', 'projected'] as const;
const directoryNames = {
  emptyDir: 'empty-dir',
  configMap: 'configmap',
  secret: 'secret',
  downwardAPI: 'downward-api',
  projected: 'projected',
} as const;

type Plugin = (typeof plugins)[number];

export function pluginOf(volume: Volume): Plugin | undefined {
  return plugins.find(plugin => volume[plugin] !== undefined);
}

/** Makes single volumes. All of it can be done again, and then changes only what has changed. */
export class VolumeMounter {
  readonly #host: Host;
  readonly #paths: NodePaths;
  readonly #objects: ObjectLookup;
  readonly #tokens: ServiceAccountTokens;

  constructor(host: Host, paths: NodePaths, objects: ObjectLookup, tokens: ServiceAccountTokens) {
    this.#host = host;
    this.#paths = paths;
    this.#objects = objects;
    this.#tokens = tokens;
  }

  /** Rejects with upstream's text. */
  async setUp(pod: Pod, volume: Volume, context: MountContext): Promise<MountedVolume> {
    switch (pluginOf(volume)) {
      case 'emptyDir':
        return this.#makeEmptyDir(pod, volume.name, volume.emptyDir!);
      case 'hostPath': {
        const { path, type } = volume.hostPath!;
        await checkHostPath(this.#host.files, path, type);
        return { hostPath: path, isReadOnly: false };
      }
      case undefined: {
        const kind = Object.keys(volume).find(key => key !== 'name') ?? 'unknown';
        throw new Error(`volumes of type ${kind} are not supported by this node`);
      }
      default:
        return this.#project(pod, volume, context);
    }
  }

  async #makeEmptyDir(pod: Pod, name: string, source: EmptyDirVolumeSource): Promise<MountedVolume> {
    const { files, mounts } = this.#host;
    const path = this.#paths.volume(uidOf(pod), directoryNames.emptyDir, name);
    const medium = source.medium ?? '';
    if (medium !== '' && medium !== 'Memory')
      throw new Error(`emptyDir medium ${medium} is not supported by this node`);
    const isNew = (await files.stat(path)) === undefined;
    if (isNew) await files.makeDirectory(path, { mode: 0o777 });
    if (medium === 'Memory') {
      await mounts.mountTmpfs(path, withoutAbsent({ sizeBytes: memorySizeOf(pod, source), mode: 0o777 }));
    }
    await this.#giveToGroup(pod, path, false);
    return { hostPath: path, isReadOnly: false };
  }

  async #project(pod: Pod, volume: Volume, context: MountContext): Promise<MountedVolume> {
    const plugin = pluginOf(volume) as keyof typeof directoryNames;
    const tokens = await this.#tokens.of(pod, volume);
    const fsUser = fsUserOf(pod);
    const payload = buildPayload(volume, { pod, objects: this.#objects, tokens, fsUser, ...context });
    const uid = uidOf(pod);
    const directory = directoryNames[plugin];
    // Kubernetes: a ConfigMap may lie on a disk; secrets, tokens and the pod's own data are kept in memory.
    const path =
      plugin === 'configMap'
        ? this.#paths.volume(uid, directory, volume.name)
        : this.#paths.memoryVolume(uid, directory, volume.name);
    await this.#host.files.makeDirectory(path, { mode: 0o755 });
    const hasChanged = await this.#host.files.project(
      path,
      payload.map(file => forGroup(pod, file)),
    );
    if (hasChanged) await this.#giveToGroup(pod, path, true);
    return { hostPath: path, isReadOnly: true };
  }

  async #giveToGroup(pod: Pod, path: string, isReadOnly: boolean): Promise<void> {
    const { fsGroup, fsGroupChangePolicy } = pod.spec.securityContext ?? {};
    if (fsGroup === undefined) return;
    const onlyIfRootDiffers = fsGroupChangePolicy === 'OnRootMismatch';
    await this.#host.files.giveToGroup(path, fsGroup, { isReadOnly, onlyIfRootDiffers });
  }
}

/** What giving the volume to the group will make of the file, so that the same content is known as the same. */
function forGroup(pod: Pod, file: ProjectedFile): ProjectedFile {
  const fsGroup = pod.spec.securityContext?.fsGroup;
  return fsGroup === undefined ? file : { ...file, gid: fsGroup, mode: file.mode | 0o440 };
}

/** Kubernetes: a tmpfs holds at most what the pod may use of memory, and no more than its own limit. */
function memorySizeOf(pod: Pod, source: EmptyDirVolumeSource): number | undefined {
  const limit = amountOf(source.sizeLimit === undefined ? undefined : { size: source.sizeLimit }, 'size');
  const ofPod = everyContainerLimits(pod, 'memory') ? (podLimits(pod).get('memory') ?? 0) : 0;
  const sizes = [limit, ofPod].filter(size => size > 0);
  return sizes.length === 0 ? undefined : Math.min(...sizes);
}
