import type { PodCgroups } from '../cgroups/index.ts';
import type { NodePaths } from '../node-paths.ts';
import type { ContainerRuntime, Host, SandboxSummary } from '../runtime/index.ts';
import { ownerLabel, podUidLabel } from '../runtime-pods/index.ts';
import type { PodVolumes } from '../volumes/index.ts';

export interface OrphanMeans {
  readonly runtime: ContainerRuntime;
  readonly host: Host;
  readonly paths: NodePaths;
  readonly cgroups: PodCgroups;
  readonly volumes: PodVolumes;
}

/** Kubernetes: what is left of a pod that nobody knows any more has this long to end. */
const graceMs = 1000;

/** Removes what is left of pods that are gone: deleted while no agent was there, or while it was being killed. */
export class OrphanCleaner {
  readonly #means: OrphanMeans;

  constructor(means: OrphanMeans) {
    this.#means = means;
  }

  /** Whether a sandbox is of this node at all. */
  isOurs(labels: Readonly<Record<string, string>>): boolean {
    return labels[ownerLabel] === this.#means.paths.owner && labels[podUidLabel] !== undefined;
  }

  /** Sandboxes with their containers. `isKnown` tells which pods are alive. */
  async removeSandboxes(sandboxes: readonly SandboxSummary[], isKnown: (uid: string) => boolean): Promise<void> {
    const orphans = sandboxes.filter(({ labels }) => this.isOurs(labels) && !isKnown(labels[podUidLabel]!));
    await Promise.all(orphans.map(({ id }) => this.#removeSandbox(id)));
  }

  async #removeSandbox(sandboxId: string): Promise<void> {
    const { runtime } = this.#means;
    const containers = await runtime.listContainers({ sandboxId, state: 'running' });
    await Promise.all(containers.map(({ id }) => runtime.stopContainer(id, graceMs)));
    await runtime.stopPodSandbox(sandboxId);
    await runtime.removePodSandbox(sandboxId);
  }

  /** Volumes, cgroups and logs. */
  async removeTraces(isKnown: (uid: string) => boolean): Promise<void> {
    const { host, paths, cgroups, volumes } = this.#means;
    const volumeUids = [
      ...((await host.files.list(paths.pods)) ?? []),
      ...((await host.files.list(paths.memory)) ?? []),
    ];
    for (const uid of new Set(volumeUids)) if (!isKnown(uid)) await volumes.tearDown(uid);
    for (const uid of await cgroups.list()) if (!isKnown(uid)) await cgroups.remove(uid);
    for (const name of (await host.files.list(paths.logs)) ?? []) {
      const uid = name.slice(name.lastIndexOf('_') + 1);
      if (!isKnown(uid)) await host.files.remove(`${paths.logs}/${name}`);
    }
  }
}
