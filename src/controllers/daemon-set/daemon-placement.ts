import type { DaemonSet, Node, Pod, PodSpec, Toleration } from '../../api/generated/index.ts';
import { findUntolerated, matchesNodeSelection } from '../../scheduling/index.ts';

/** Kubernetes: a daemon belongs to its node, whatever state that is in. */
const daemonTolerations: readonly Toleration[] = [
  { key: 'node.kubernetes.io/not-ready', operator: 'Exists', effect: 'NoExecute' },
  { key: 'node.kubernetes.io/unreachable', operator: 'Exists', effect: 'NoExecute' },
  { key: 'node.kubernetes.io/disk-pressure', operator: 'Exists', effect: 'NoSchedule' },
  { key: 'node.kubernetes.io/memory-pressure', operator: 'Exists', effect: 'NoSchedule' },
  { key: 'node.kubernetes.io/pid-pressure', operator: 'Exists', effect: 'NoSchedule' },
  { key: 'node.kubernetes.io/unschedulable', operator: 'Exists', effect: 'NoSchedule' },
];
const hostNetworkToleration: Toleration = {
  key: 'node.kubernetes.io/network-unavailable',
  operator: 'Exists',
  effect: 'NoSchedule',
};

const keepingAway: ReadonlySet<string> = new Set(['NoSchedule', 'NoExecute']);
const drivingOut: ReadonlySet<string> = new Set(['NoExecute']);

export interface DaemonFit {
  readonly shouldRun: boolean;
  /** A pod that is there already may stay. */
  readonly mayStay: boolean;
}

/**
 * Tells for each node whether the set's pod belongs there. Resources do not count: a daemon is never kept off for want
 * of them.
 */
export function fitDaemon(set: DaemonSet): (node: Node) => DaemonFit {
  const spec = withTolerations(set.spec!.template.spec!);
  const pod: Pod = { metadata: {}, spec };
  const { nodeName = '' } = spec;
  return node => {
    if (nodeName !== '' && nodeName !== node.metadata.name) return nowhere;
    if (!matchesNodeSelection(pod, node)) return nowhere;
    const { taints } = node.spec ?? {};
    if (findUntolerated(spec.tolerations, taints, keepingAway) === undefined) return everywhere;
    return { shouldRun: false, mayStay: findUntolerated(spec.tolerations, taints, drivingOut) === undefined };
  };
}

const nowhere: DaemonFit = { shouldRun: false, mayStay: false };
const everywhere: DaemonFit = { shouldRun: true, mayStay: true };

export function withTolerations(spec: PodSpec): PodSpec {
  const needed = spec.hostNetwork === true ? [...daemonTolerations, hostNetworkToleration] : daemonTolerations;
  const own = spec.tolerations ?? [];
  const missing = needed.filter(
    each => !own.some(has => has.key === each.key && has.effect === each.effect && has.operator === each.operator),
  );
  return { ...spec, tolerations: [...own, ...missing] };
}

/**
 * Binds the pod to its node through affinity, which leaves the binding itself to the scheduler. It replaces what the
 * template requires: that the node meets it has been decided.
 */
export function pinToNode(spec: PodSpec, nodeName: string): PodSpec {
  const match = { matchFields: [{ key: 'metadata.name', operator: 'In', values: [nodeName] }] };
  return {
    ...spec,
    affinity: {
      ...spec.affinity,
      nodeAffinity: {
        ...spec.affinity?.nodeAffinity,
        requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [match] },
      },
    },
  };
}

/** The node that a daemon pod is for, bound or not. */
export function targetNodeOf(pod: Pod): string | undefined {
  if (pod.spec?.nodeName !== undefined && pod.spec.nodeName !== '') return pod.spec.nodeName;
  const terms =
    pod.spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? [];
  for (const term of terms) {
    const field = term.matchFields?.find(each => each.key === 'metadata.name' && each.operator === 'In');
    if (field?.values?.length === 1) return field.values[0];
  }
  return undefined;
}
