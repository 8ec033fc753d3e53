import type { Pod } from '../../api/generated/index.ts';
import { quotaOf, quotaPeriodUs, sharesOf } from '../containers/index.ts';
import { everyContainerLimits, podLimits, podRequests, qosClassOf } from '../facts/index.ts';
import type { CgroupLimits, HostCgroups } from '../runtime/index.ts';
import { withoutAbsent } from '../without-absent.ts';

const classes = ['', '/burstable', '/besteffort'] as const;

/**
 * Kubernetes: the cgroups of pods, by class of service: `kubepods/pod<uid>` for guaranteed ones, `kubepods/burstable/…`
 * and `kubepods/besteffort/…` for the others, all below the node's own parent.
 */
export class PodCgroups {
  readonly #cgroups: HostCgroups;
  readonly #root: string;
  readonly #pidsMax: number | undefined;
  readonly #burstable = new Map<string, number>();

  constructor(cgroups: HostCgroups, parent: string, pidsMax: number | undefined) {
    this.#cgroups = cgroups;
    this.#root = `${parent}/kubepods`;
    this.#pidsMax = pidsMax;
  }

  pathOf(pod: Pod): string {
    const qos = qosClassOf(pod);
    const folder = qos === 'Guaranteed' ? '' : `/${qos.toLowerCase()}`;
    return `${this.#root}${folder}/pod${pod.metadata.uid}`;
  }

  /** The node's share of the machine, and the least for pods that ask for nothing. */
  async prepare(milliCores: number): Promise<void> {
    await this.#cgroups.ensure(this.#root, { cpuShares: sharesOf(milliCores) });
    await this.#cgroups.ensure(`${this.#root}/besteffort`, { cpuShares: sharesOf(0) });
    await this.#weighBurstable();
  }

  async ensure(pod: Pod): Promise<void> {
    await this.#cgroups.ensure(this.pathOf(pod), limitsOf(pod, this.#pidsMax));
    if (qosClassOf(pod) !== 'Burstable') return;
    this.#burstable.set(pod.metadata.uid ?? '', podRequests(pod).get('cpu') ?? 0);
    await this.#weighBurstable();
  }

  /** Kills what is left in it. Can be done again. */
  async remove(uid: string): Promise<void> {
    for (const folder of classes) await this.#cgroups.remove(`${this.#root}${folder}/pod${uid}`);
    if (this.#burstable.delete(uid)) await this.#weighBurstable();
  }

  /** Uids of all pods that have a cgroup. */
  async list(): Promise<readonly string[]> {
    const lists = await Promise.all(classes.map(folder => this.#cgroups.list(`${this.#root}${folder}`)));
    return lists.flatMap(names => (names ?? []).filter(name => name.startsWith('pod')).map(name => name.slice(3)));
  }

  /** Kubernetes: burstable pods together weigh what they ask for. */
  async #weighBurstable(): Promise<void> {
    const milliCores = [...this.#burstable.values()].reduce((sum, request) => sum + request, 0);
    await this.#cgroups.ensure(`${this.#root}/burstable`, { cpuShares: sharesOf(milliCores) });
  }
}

/** Kubernetes: ResourceConfigForPod. A sum of limits limits only where every container has one. */
export function limitsOf(pod: Pod, pidsMax: number | undefined): CgroupLimits {
  const limits = podLimits(pod);
  const cpu = everyContainerLimits(pod, 'cpu') ? quotaOf(limits.get('cpu') ?? 0) : undefined;
  const memory = everyContainerLimits(pod, 'memory') ? limits.get('memory') : undefined;
  return withoutAbsent<CgroupLimits>({
    cpuShares: sharesOf(qosClassOf(pod) === 'BestEffort' ? 0 : (podRequests(pod).get('cpu') ?? 0)),
    cpuQuotaUs: cpu,
    cpuPeriodUs: cpu === undefined ? undefined : quotaPeriodUs,
    memoryLimitBytes: memory,
    pidsMax,
  });
}
