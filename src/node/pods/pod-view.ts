import type { Pod, PodStatus } from '../../api/generated/index.ts';
import { uidOf } from '../facts/index.ts';
import type { SandboxStatus } from '../runtime/index.ts';
import { emptyRuntimePod, type RuntimePod, sandboxIPs } from '../runtime-pods/index.ts';
import {
  buildPodStatus,
  isTerminalPhase,
  nothingResized,
  type PhaseOverride,
  type ResizeView,
  type StartFailure,
} from '../status/index.ts';
import type { PodMeans } from './pod-means.ts';
import type { StartOutcomes } from './sync-pod.ts';

export interface Publication {
  /** Nothing of the pod will be started any more. */
  readonly isTerminal: boolean;
  /** The API server has no such pod: there is nobody to tell. */
  readonly isRemoved: boolean;
  /** Whether its containers are probed, and how. */
  readonly probing: 'running' | 'terminating' | 'over';
}

/** What a pod's worker knows of the pod in the runtime, and what it says of it. */
export class PodView {
  readonly #means: PodMeans;
  readonly #failures = new Map<string, StartFailure>();
  #runtimePod: RuntimePod | undefined;
  #lastIPs: readonly string[] = [];
  /** Why the pod has failed, where that is not its containers' doing. */
  failedBy: PhaseOverride | undefined;
  resize: ResizeView = nothingResized;

  constructor(means: PodMeans) {
    this.#means = means;
  }

  /** undefined before anybody has looked. */
  get runtimePod(): RuntimePod | undefined {
    return this.#runtimePod;
  }

  get hasFailures(): boolean {
    return this.#failures.size > 0;
  }

  /** It is known, without looking, that the runtime has nothing of it. */
  get isKnownEmpty(): boolean {
    return this.#runtimePod?.sandboxes.length === 0 && this.#runtimePod.containers.length === 0;
  }

  assumeEmpty(pod: Pod): void {
    this.#runtimePod = nothingOf(pod);
  }

  async look(pod: Pod): Promise<RuntimePod> {
    const { name = '', namespace = '' } = pod.metadata;
    this.#runtimePod = await this.#means.reader.read(uidOf(pod), name, namespace);
    return this.#runtimePod;
  }

  /** A new sandbox has its network: the pod's address is known before its images are. */
  takeSandbox(pod: Pod, sandbox: SandboxStatus): void {
    const known = this.#runtimePod ?? nothingOf(pod);
    this.#runtimePod = { ...known, sandboxes: [sandbox, ...known.sandboxes] };
  }

  takeOutcomes(outcomes: StartOutcomes): void {
    for (const [name, failure] of outcomes) {
      if (failure === undefined) this.#failures.delete(name);
      else this.#failures.set(name, failure);
    }
  }

  /** When each start that has failed should be tried again; `usual` where nobody says. */
  retryTimes(usual: number): readonly number[] {
    return [...this.#failures.values()].map(({ retryAt }) => retryAt ?? usual);
  }

  publish(pod: Pod, { isTerminal, isRemoved, probing }: Publication): PodStatus {
    const { statuses, probes } = this.#means;
    const runtimePod = this.#runtimePod ?? nothingOf(pod);
    const status = this.#build(pod, runtimePod, isTerminal);
    if (!isRemoved) statuses.set(pod, this.#withheld(pod, status, isTerminal));
    if (probing !== 'over') probes.follow(pod, status, runtimePod, probing === 'terminating');
    return status;
  }

  #build(pod: Pod, runtimePod: RuntimePod, isTerminal: boolean): PodStatus {
    const { statuses, facts, results, agentStartedAt, world } = this.#means;
    const ips = sandboxIPs(runtimePod);
    if (ips.length > 0) this.#lastIPs = ips;
    return buildPodStatus({
      pod,
      runtimePod,
      previous: statuses.get(uidOf(pod)) ?? pod.status,
      failures: this.#failures,
      readiness: { startup: id => results.startup(id), readiness: id => results.readiness(id), agentStartedAt },
      isTerminal,
      failedBy: this.failedBy,
      lastIPs: this.#lastIPs,
      hostIPs: facts.hostIPs,
      resize: this.resize,
      now: world.clock.now(),
    });
  }

  /** Kubernetes: a pod is not called finished while a container of it may still run. */
  #withheld(pod: Pod, status: PodStatus, isTerminal: boolean): PodStatus {
    if (isTerminal || !isTerminalPhase(status.phase)) return status;
    const before = this.#means.statuses.get(uidOf(pod)) ?? pod.status;
    if (isTerminalPhase(before?.phase)) return status;
    return { ...status, phase: before?.phase ?? 'Pending', reason: before?.reason, message: before?.message };
  }
}

function nothingOf(pod: Pod): RuntimePod {
  const { name = '', namespace = '' } = pod.metadata;
  return emptyRuntimePod(uidOf(pod), name, namespace);
}
