import type { NodeCondition } from '../../api/generated/index.ts';
import { formatAggregate } from '../../machinery/index.ts';
import type { Pressure } from './pressure.ts';

export interface NodeState {
  isUnder(pressure: Pressure): boolean;
  /** Everything that keeps the node from running pods. */
  readonly problems: readonly string[];
}

/** A condition that has changed calls for an event of this reason. */
export interface ConditionChange {
  readonly reason: string;
}

const pressures = [
  [
    'MemoryPressure',
    'KubeletHasSufficientMemory',
    'kubelet has sufficient memory available',
    'NodeHasSufficientMemory',
  ],
  ['DiskPressure', 'KubeletHasNoDiskPressure', 'kubelet has no disk pressure', 'NodeHasNoDiskPressure'],
  ['PIDPressure', 'KubeletHasSufficientPID', 'kubelet has sufficient PID available', 'NodeHasSufficientPID'],
] as const;

const troubles: Readonly<Record<Pressure, readonly [reason: string, message: string, event: string]>> = {
  MemoryPressure: [
    'KubeletHasInsufficientMemory',
    'kubelet has insufficient memory available',
    'NodeHasInsufficientMemory',
  ],
  DiskPressure: ['KubeletHasDiskPressure', 'kubelet has disk pressure', 'NodeHasDiskPressure'],
  PIDPressure: ['KubeletHasInsufficientPID', 'kubelet has insufficient PID available', 'NodeHasInsufficientPID'],
};

/**
 * Kubernetes: the conditions that a kubelet sets, Ready last, after those of others. `changes` are the events that
 * belong to what is different from `previous`.
 */
export function buildConditions(
  previous: readonly NodeCondition[] | undefined,
  state: NodeState,
  now: string,
): { readonly conditions: readonly NodeCondition[]; readonly changes: readonly ConditionChange[] } {
  const changes: ConditionChange[] = [];
  const owned = [...pressures.map(([type]): string => type), 'Ready'];
  const conditions = (previous ?? []).filter(({ type }) => !owned.includes(type));
  const add = (type: string, status: string, reason: string, message: string, event: string): void => {
    const before = previous?.find(condition => condition.type === type);
    const hasChanged = before?.status !== status;
    const lastTransitionTime = hasChanged ? now : (before.lastTransitionTime ?? now);
    conditions.push({ type, status, reason, message, lastHeartbeatTime: now, lastTransitionTime });
    // Kubernetes: a node that is ready from the first report on has not become so.
    if (hasChanged && (type !== 'Ready' || before !== undefined)) changes.push({ reason: event });
  };
  for (const [type, reason, message, event] of pressures) {
    if (state.isUnder(type)) add(type, 'True', ...troubles[type]);
    else add(type, 'False', reason, message, event);
  }
  const isReady = state.problems.length === 0;
  const text = isReady ? 'kubelet is posting ready status' : formatAggregate(state.problems);
  add(
    'Ready',
    isReady ? 'True' : 'False',
    isReady ? 'KubeletReady' : 'KubeletNotReady',
    text,
    isReady ? 'NodeReady' : 'NodeNotReady',
  );
  return { conditions, changes };
}
