import type { ContainerStatus, Pod, PodCondition, PodStatus } from '../../api/generated/index.ts';
import { formatTime } from '../../world/index.ts';
import { decideSandbox } from '../decisions/index.ts';
import { ephemeralContainersOf, initContainersOf, qosClassOf } from '../facts/index.ts';
import { type RuntimePod, readySandbox, sandboxIPs } from '../runtime-pods/index.ts';
import type { ResizeView } from './container-status.ts';
import { buildContainerStatuses } from './container-statuses.ts';
import { datedConditions, findConditions, ownedConditions } from './pod-conditions.ts';
import { computePhase, isTerminalPhase, type PodPhase } from './pod-phase.ts';
import { type ReadinessView, withInitReadiness, withReadiness } from './readiness.ts';
import type { StartFailures } from './start-failure.ts';

/** A phase that something else than its containers gives a pod: rejection, deadline, eviction. */
export interface PhaseOverride {
  readonly reason: string;
  readonly message: string;
}

export interface PodStatusInput {
  /** As the API server has it. */
  readonly pod: Pod;
  readonly runtimePod: RuntimePod;
  /** What the node has last said, or the API's status where it has said nothing yet. */
  readonly previous: PodStatus | undefined;
  readonly failures: StartFailures;
  readonly readiness: ReadinessView;
  /** Nothing of it will be started any more. */
  readonly isTerminal: boolean;
  readonly failedBy?: PhaseOverride | undefined;
  /** Addresses from before the sandbox was stopped. */
  readonly lastIPs?: readonly string[] | undefined;
  readonly hostIPs: readonly string[];
  readonly resize?: ResizeView | undefined;
  readonly now: number;
}

/** Kubernetes: generateAPIPodStatus. The node's view of a pod, complete but for what others own. Pure. */
export function buildPodStatus(input: PodStatusInput): PodStatus {
  const { pod, previous } = input;
  const containerStatuses = buildMain(input);
  const initContainerStatuses = buildInit(input);
  const statuses = [...initContainerStatuses, ...containerStatuses];
  const { phase, reason, message } = decidePhase(input, statuses);
  const now = formatTime(input.now);
  const ips = podIPs(input);
  return {
    phase,
    reason,
    message,
    observedGeneration: pod.metadata.generation,
    conditions: buildConditions(input, phase, statuses, now),
    hostIP: input.hostIPs[0],
    hostIPs: input.hostIPs.map(ip => ({ ip })),
    podIP: ips[0],
    podIPs: ips.length === 0 ? undefined : ips.map(ip => ({ ip })),
    startTime: previous?.startTime ?? pod.status?.startTime ?? now,
    qosClass: qosClassOf(pod),
    initContainerStatuses: initContainerStatuses.length === 0 ? undefined : initContainerStatuses,
    containerStatuses,
    ephemeralContainerStatuses: buildEphemeral(input),
  };
}

function buildMain(input: PodStatusInput): ContainerStatus[] {
  const { pod, runtimePod, previous, failures, resize } = input;
  const containers = pod.spec.containers;
  return buildContainerStatuses({
    pod,
    runtimePod,
    containers,
    previous: previous?.containerStatuses,
    failures,
    isInit: false,
    resize,
  }).map(status => {
    const container = containers.find(({ name }) => name === status.name)!;
    const before = previous?.containerStatuses?.find(({ name }) => name === status.name);
    return withReadiness(container, status, before, input.readiness);
  });
}

function buildInit(input: PodStatusInput): ContainerStatus[] {
  const { pod, runtimePod, previous, failures, resize } = input;
  const containers = initContainersOf(pod);
  return buildContainerStatuses({
    pod,
    runtimePod,
    containers,
    previous: previous?.initContainerStatuses,
    failures,
    isInit: true,
    resize,
  }).map((status, index) => {
    const before = previous?.initContainerStatuses?.find(({ name }) => name === status.name);
    return withInitReadiness(containers[index]!, status, before, input.readiness);
  });
}

function buildEphemeral(input: PodStatusInput): readonly ContainerStatus[] | undefined {
  const { pod, runtimePod, previous, failures, resize } = input;
  const containers = ephemeralContainersOf(pod);
  if (containers.length === 0) return undefined;
  return buildContainerStatuses({
    pod,
    runtimePod,
    containers,
    previous: previous?.ephemeralContainerStatuses,
    failures,
    isInit: false,
    resize,
  });
}

/** A pod never leaves a final phase; reason and message stay with the phase that they explain. */
function decidePhase(input: PodStatusInput, statuses: readonly ContainerStatus[]) {
  const { pod, previous, failedBy } = input;
  if (failedBy !== undefined) return { phase: 'Failed' as const, reason: failedBy.reason, message: failedBy.message };
  const final = [pod.status?.phase, previous?.phase].find(isTerminalPhase) as PodPhase | undefined;
  const phase = final ?? computePhase(pod, statuses, input.isTerminal, hasStartedMain(input));
  if (phase !== previous?.phase) return { phase, reason: undefined, message: undefined };
  return {
    phase,
    reason: previous.reason ?? pod.status?.reason,
    message: previous.message ?? pod.status?.message,
  };
}

function hasStartedMain({ pod, runtimePod }: PodStatusInput): boolean {
  const sandbox = readySandbox(runtimePod);
  return runtimePod.containers.some(
    found => found.sandboxId === sandbox?.id && pod.spec.containers.some(({ name }) => name === found.name),
  );
}

function buildConditions(
  input: PodStatusInput,
  phase: PodPhase,
  statuses: readonly ContainerStatus[],
  now: string,
): readonly PodCondition[] {
  const { pod, runtimePod, previous } = input;
  const others = (pod.status?.conditions ?? []).filter(condition => !ownedConditions.includes(condition.type));
  const findings = findConditions({
    pod,
    phase,
    statuses,
    hasSandbox: !decideSandbox(pod, runtimePod).mustCreate,
    others,
    resizePending: input.resize?.pending,
  });
  const before = previous?.conditions ?? pod.status?.conditions;
  return [...others, ...datedConditions(findings, before, pod.metadata.generation, now)];
}

function podIPs({ pod, runtimePod, hostIPs, lastIPs }: PodStatusInput): readonly string[] {
  if (pod.spec.hostNetwork === true) return hostIPs;
  const ips = sandboxIPs(runtimePod);
  return ips.length === 0 ? (lastIPs ?? []) : ips;
}
