import type { Container, VolumeMount } from '../../api/generated/index.ts';
import { quoteGo } from '../../machinery/index.ts';
import { expandVariables } from '../env/index.ts';
import type { ContainerMount, Host, MountPropagation } from '../runtime/index.ts';
import { withoutAbsent } from '../without-absent.ts';
import type { MountedVolume } from './mounted-volume.ts';

const propagations: Readonly<Record<string, MountPropagation>> = {
  None: 'private',
  HostToContainer: 'hostToContainer',
  Bidirectional: 'bidirectional',
};

/** Kubernetes: makeMounts. A container's volumes as mounts. Rejects with upstream's text. */
export async function mountVolumes(
  host: Host,
  container: Container,
  volumes: ReadonlyMap<string, MountedVolume>,
  environment: ReadonlyMap<string, string>,
): Promise<readonly ContainerMount[]> {
  const mounts: ContainerMount[] = [];
  for (const mount of container.volumeMounts ?? []) {
    mounts.push(await mountVolume(host, container, mount, volumes, environment));
  }
  return mounts;
}

async function mountVolume(
  host: Host,
  container: Container,
  mount: VolumeMount,
  volumes: ReadonlyMap<string, MountedVolume>,
  environment: ReadonlyMap<string, string>,
): Promise<ContainerMount> {
  const volume = volumes.get(mount.name);
  if (volume === undefined) {
    throw new Error(`cannot find volume ${quoteGo(mount.name)} to mount into container ${quoteGo(container.name)}`);
  }
  const subPath = subPathOf(mount, environment);
  const hostPath = subPath === '' ? volume.hostPath : await resolve(host, container, mount, volume, subPath);
  const propagation = propagations[mount.mountPropagation ?? 'None'];
  if (propagation !== undefined && propagation !== 'private') await host.mounts.makeShared('/');
  const { mountPath } = mount;
  return withoutAbsent<ContainerMount>({
    containerPath: mountPath.startsWith('/') ? mountPath : `/${mountPath}`,
    hostPath,
    readonly: mount.readOnly === true || volume.isReadOnly,
    propagation,
  });
}

function subPathOf(mount: VolumeMount, environment: ReadonlyMap<string, string>): string {
  const { subPath = '', subPathExpr = '' } = mount;
  if (subPathExpr === '') return subPath;
  let missing: string | undefined;
  const expanded = expandVariables(subPathExpr, name => {
    const value = environment.get(name);
    if (value === undefined) missing ??= name;
    return value;
  });
  if (missing === undefined) return expanded;
  throw new Error(`missing value for ${quoteGo(missing)}`);
}

/** Kubernetes: what exactly is wrong is not told, for it could reveal what lies on the host. */
async function resolve(
  host: Host,
  container: Container,
  mount: VolumeMount,
  volume: MountedVolume,
  subPath: string,
): Promise<string> {
  if (subPath.startsWith('/')) throw new Error(`error SubPath \`${subPath}\` must not be an absolute path`);
  if (subPath.split('/').includes('..'))
    throw new Error(`unable to provision SubPath \`${subPath}\`: must not contain '..'`);
  try {
    return await host.mounts.resolveSubPath(volume.hostPath, subPath);
  } catch (error) {
    throw new Error(
      `failed to prepare subPath for volumeMount ${quoteGo(mount.name)} of container ${quoteGo(container.name)}`,
      { cause: error },
    );
  }
}
