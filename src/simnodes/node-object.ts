import type { Node, NodeCondition } from '../api/generated/index.ts';

export interface NodeShape {
  /** Quantities as in a Node's capacity, such as `{ cpu: '8', memory: '32Gi', pods: '110' }`. */
  readonly capacity: Readonly<Record<string, string>>;
  readonly labels?: Readonly<Record<string, string>> | undefined;
}

export const defaultNodeShape: NodeShape = {
  capacity: { cpu: '8', memory: '32Gi', pods: '110', 'ephemeral-storage': '100Gi' },
};

const conditionTexts = [
  ['MemoryPressure', 'False', 'KubeletHasSufficientMemory', 'kubelet has sufficient memory available'],
  ['DiskPressure', 'False', 'KubeletHasNoDiskPressure', 'kubelet has no disk pressure'],
  ['PIDPressure', 'False', 'KubeletHasSufficientPID', 'kubelet has sufficient PID available'],
  ['Ready', 'True', 'KubeletReady', 'kubelet is posting ready status'],
] as const;

/** The Node that a kubelet of this shape registers. `address` is where it would be reached. */
export function buildNode(name: string, shape: NodeShape, address: string, now: string): Node {
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name,
      labels: {
        'beta.kubernetes.io/arch': 'amd64',
        'beta.kubernetes.io/os': 'linux',
        'kubernetes.io/arch': 'amd64',
        'kubernetes.io/os': 'linux',
        'kubernetes.io/hostname': name,
        ...shape.labels,
      },
      annotations: { 'node.alpha.kubernetes.io/ttl': '0' },
    },
    spec: {},
    status: {
      capacity: shape.capacity,
      allocatable: shape.capacity,
      conditions: buildConditions(undefined, now),
      addresses: [
        { type: 'InternalIP', address },
        { type: 'Hostname', address: name },
      ],
      daemonEndpoints: { kubeletEndpoint: { Port: 10250 } },
      nodeInfo: {
        architecture: 'amd64',
        bootID: '',
        containerRuntimeVersion: 'sampan-simulated://1',
        kernelVersion: '',
        kubeProxyVersion: '',
        kubeletVersion: 'v1.36.0',
        machineID: '',
        operatingSystem: 'linux',
        osImage: 'Sampan simulated node',
        systemUUID: '',
      },
    },
  };
}

/** All is well, as of `now`; a condition that said so already keeps its transition time. */
export function buildConditions(previous: readonly NodeCondition[] | undefined, now: string): NodeCondition[] {
  return conditionTexts.map(([type, status, reason, message]) => {
    const before = previous?.find(condition => condition.type === type);
    const lastTransitionTime = before?.status === status ? (before.lastTransitionTime ?? now) : now;
    return { type, status, reason, message, lastHeartbeatTime: now, lastTransitionTime };
  });
}

/**
 * Kubernetes: the kubelet makes extended resources that somebody patched into its capacity allocatable. Returns the
 * same object when nothing is missing.
 */
export function completeAllocatable(
  capacity: Readonly<Record<string, string>>,
  allocatable: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  let next = allocatable;
  for (const name of Object.keys(capacity)) {
    if (!name.includes('/') || allocatable[name] === capacity[name]) continue;
    next = { ...next, [name]: capacity[name]! };
  }
  return next;
}
