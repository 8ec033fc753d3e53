import type { Container, ContainerStatus, Pod, PodStatus, Probe } from '../../api/generated/index.ts';
import { parseTime } from '../../world/index.ts';
import { findContainer, sidecarsOf, uidOf } from '../facts/index.ts';
import type { RuntimePod } from '../runtime-pods/index.ts';
import { idOf } from '../status/index.ts';
import type { ProbeType } from './probe-results.ts';
import { type ProbeDuties, type ProbeSubject, ProbeWorker } from './probe-worker.ts';

const types: readonly (readonly [ProbeType, 'livenessProbe' | 'readinessProbe' | 'startupProbe'])[] = [
  ['Startup', 'startupProbe'],
  ['Readiness', 'readinessProbe'],
  ['Liveness', 'livenessProbe'],
];

/** All probes of a node's pods. Told of every new status, it probes what runs. */
export class PodProbes {
  readonly #duties: ProbeDuties;
  readonly #agentStartedAt: number;
  readonly #workers = new Map<string, Map<string, ProbeWorker>>();

  constructor(duties: ProbeDuties, agentStartedAt: number) {
    this.#duties = duties;
    this.#agentStartedAt = agentStartedAt;
  }

  /** `isTerminating`: the pod is on its way out, so nothing may be restarted for a failing probe any more. */
  follow(pod: Pod, status: PodStatus, runtimePod: RuntimePod, isTerminating: boolean): void {
    const podIP = status.podIP ?? '';
    for (const container of [...sidecarsOf(pod), ...pod.spec.containers]) {
      const found = findStatus(status, container);
      for (const [type, field] of types) {
        const probe = container[field];
        if (probe === undefined) continue;
        const subject = describeSubject(found, runtimePod, podIP, this.#agentStartedAt);
        this.#followOne(pod, container, type, probe, subject, isTerminating);
      }
    }
  }

  remove(uid: string): void {
    for (const worker of this.#workers.get(uid)?.values() ?? []) worker.stop();
    this.#workers.delete(uid);
  }

  stop(): void {
    for (const uid of [...this.#workers.keys()]) this.remove(uid);
  }

  #followOne(
    pod: Pod,
    container: Container,
    type: ProbeType,
    probe: Probe,
    subject: ProbeSubject | undefined,
    isTerminating: boolean,
  ): void {
    if (subject === undefined) {
      this.#find(pod, container, type)?.rest('failure');
    } else if (isTerminating && type !== 'Readiness') {
      this.#find(pod, container, type)?.rest('success');
    } else {
      const worker = this.#find(pod, container, type) ?? this.#add(pod, container, type, probe);
      worker.attend(pod, container, probe, subject);
    }
  }

  #find(pod: Pod, container: Container, type: ProbeType): ProbeWorker | undefined {
    return this.#workers.get(uidOf(pod))?.get(`${container.name}/${type}`);
  }

  #add(pod: Pod, container: Container, type: ProbeType, probe: Probe): ProbeWorker {
    const uid = uidOf(pod);
    let workers = this.#workers.get(uid);
    if (workers === undefined) {
      workers = new Map();
      this.#workers.set(uid, workers);
    }
    const worker = new ProbeWorker(this.#duties, type, pod, findContainer(pod, container.name) ?? container, probe);
    workers.set(`${container.name}/${type}`, worker);
    return worker;
  }
}

/** undefined for a container that does not run. */
function describeSubject(
  status: ContainerStatus | undefined,
  runtimePod: RuntimePod,
  podIP: string,
  agentStartedAt: number,
): ProbeSubject | undefined {
  const running = status?.state?.running;
  if (status === undefined || running === undefined) return undefined;
  const containerId = idOf(status);
  const found = runtimePod.containers.find(({ id }) => id === containerId);
  const startedAt = found?.startedAt ?? parseTime(running.startedAt);
  return {
    containerId,
    startedAt,
    isStarted: status.started === true,
    podIP,
    isAdopted: startedAt < agentStartedAt,
  };
}

function findStatus(status: PodStatus, container: Container): ContainerStatus | undefined {
  const isNamed = ({ name }: ContainerStatus): boolean => name === container.name;
  return status.containerStatuses?.find(isNamed) ?? status.initContainerStatuses?.find(isNamed);
}
