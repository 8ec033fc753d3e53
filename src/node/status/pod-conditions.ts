import type { Container, ContainerStatus, Pod, PodCondition } from '../../api/generated/index.ts';
import { quoteGo } from '../../machinery/index.ts';
import { initContainersOf, sidecarsOf } from '../facts/index.ts';
import { isTerminalPhase, type PodPhase } from './pod-phase.ts';

/** A condition without its times: those depend on what was before. */
export type Finding = Pick<PodCondition, 'type' | 'status' | 'reason' | 'message'>;

/** Kubernetes: the conditions that the node owns; all others belong to somebody else. */
export const ownedConditions: readonly string[] = [
  'PodReadyToStartContainers',
  'Initialized',
  'Ready',
  'ContainersReady',
  'PodScheduled',
  'PodResizePending',
];

export interface ConditionsInput {
  readonly pod: Pod;
  readonly phase: PodPhase;
  /** Of main and init containers. */
  readonly statuses: readonly ContainerStatus[];
  readonly hasSandbox: boolean;
  /** What others have set: readiness gates are looked up among them. */
  readonly others: readonly PodCondition[];
  readonly resizePending?: { readonly reason: string; readonly message: string } | undefined;
}

/** In Kubernetes' order. */
export function findConditions(input: ConditionsInput): readonly Finding[] {
  const containersReady = findContainersReady(input);
  const { resizePending } = input;
  return [
    ...(resizePending === undefined ? [] : [{ type: 'PodResizePending', status: 'True', ...resizePending }]),
    { type: 'PodReadyToStartContainers', status: input.hasSandbox ? 'True' : 'False' },
    findInitialized(input),
    findReady(input, containersReady),
    containersReady,
    { type: 'PodScheduled', status: 'True' },
  ];
}

function findContainersReady({ pod, phase, statuses }: ConditionsInput): Finding {
  const type = 'ContainersReady';
  const judged = [...sidecarsOf(pod), ...pod.spec.containers];
  const { unknown, other: unready } = sort(judged, statuses, (_, status) => status.ready);
  if (phase === 'Failed') return { type, status: 'False', reason: 'PodFailed' };
  if (phase === 'Succeeded' && unknown.length === 0) return { type, status: 'False', reason: 'PodCompleted' };
  const message = describe(unknown, unready, 'unready');
  if (message === '') return { type, status: 'True' };
  return { type, status: 'False', reason: 'ContainersNotReady', message };
}

function findReady({ pod, others }: ConditionsInput, containersReady: Finding): Finding {
  if (containersReady.status !== 'True') return { ...containersReady, type: 'Ready' };
  const messages: string[] = [];
  for (const { conditionType } of pod.spec.readinessGates ?? []) {
    const gate = others.find(condition => condition.type === conditionType);
    const name = quoteGo(conditionType);
    if (gate === undefined) messages.push(`corresponding condition of pod readiness gate ${name} does not exist.`);
    else if (gate.status !== 'True') {
      messages.push(`the status of pod readiness gate ${name} is not "True", but ${gate.status}`);
    }
  }
  if (messages.length === 0) return { type: 'Ready', status: 'True' };
  return { type: 'Ready', status: 'False', reason: 'ReadinessGatesNotReady', message: messages.join(', ') };
}

function findInitialized({ pod, phase, statuses }: ConditionsInput): Finding {
  const type = 'Initialized';
  const { unknown, other: incomplete } = sort(initContainersOf(pod), statuses, isInitialized);
  if (phase === 'Succeeded' && unknown.length === 0) return { type, status: 'True', reason: 'PodCompleted' };
  if (hasMainStarted(pod, statuses)) return { type, status: 'True' };
  const message = describe(unknown, incomplete, 'incomplete');
  if (message === '') return { type, status: 'True' };
  const wasInitialized = pod.status?.conditions?.some(
    condition => condition.type === type && condition.status === 'True',
  );
  if (wasInitialized === true) return { type, status: 'True' };
  return { type, status: 'False', reason: 'ContainersNotInitialized', message };
}

function isInitialized(container: Container, status: ContainerStatus): boolean {
  return container.restartPolicy === 'Always' ? status.started === true : status.ready;
}

function hasMainStarted(pod: Pod, statuses: readonly ContainerStatus[]): boolean {
  return pod.spec.containers.some(({ name }) => {
    const state = statuses.find(status => status.name === name)?.state;
    return state?.running !== undefined || state?.terminated !== undefined;
  });
}

function sort(
  containers: readonly Container[],
  statuses: readonly ContainerStatus[],
  isFine: (container: Container, status: ContainerStatus) => boolean,
): { readonly unknown: readonly string[]; readonly other: readonly string[] } {
  const unknown: string[] = [];
  const other: string[] = [];
  for (const container of containers) {
    const status = statuses.find(candidate => candidate.name === container.name);
    if (status === undefined) unknown.push(container.name);
    else if (!isFine(container, status)) other.push(container.name);
  }
  return { unknown, other };
}

function describe(unknown: readonly string[], other: readonly string[], what: string): string {
  const messages: string[] = [];
  if (unknown.length > 0) messages.push(`containers with unknown status: [${unknown.join(' ')}]`);
  if (other.length > 0) messages.push(`containers with ${what} status: [${other.join(' ')}]`);
  return messages.join(', ');
}

/** Gives findings the times and generation that belong to them. */
export function datedConditions(
  findings: readonly Finding[],
  previous: readonly PodCondition[] | undefined,
  generation: number | undefined,
  now: string,
): readonly PodCondition[] {
  return findings.map(finding => {
    const before = previous?.find(condition => condition.type === finding.type);
    const lastTransitionTime = before?.status === finding.status ? (before.lastTransitionTime ?? now) : now;
    return { ...finding, observedGeneration: generation, lastProbeTime: undefined, lastTransitionTime };
  });
}

/** Kubernetes: a pod that has come to its end is ready no longer, whatever its containers were found to be. */
export function mustBeUnready(phase: string | undefined, condition: PodCondition): boolean {
  const isReadiness = condition.type === 'Ready' || condition.type === 'ContainersReady';
  return isTerminalPhase(phase) && isReadiness && condition.status === 'True';
}
