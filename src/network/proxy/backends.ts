import type { Family } from './family.ts';
import type { EndpointSliceView, EndpointView, ServicePortView } from './service-view.ts';

/** One place that a Service port's connections can go to. */
export interface Backend {
  readonly ip: string;
  readonly port: number;
  readonly isLocal: boolean;
  /** Could a pod of this node be behind it? True as well where no node is named. */
  readonly isMaybeLocal: boolean;
}

/** The backends of one Service port: for traffic that may leave the node, and for traffic that must stay on it. */
export interface Backends {
  readonly cluster: readonly Backend[];
  readonly local: readonly Backend[];
}

type Condition = 'ready' | 'terminating' | 'unusable';

/**
 * Kubernetes: pkg/proxy/topology.go. Ready endpoints serve; where there are none, those serve that are shutting down
 * but still answer, each decided separately for the cluster and for this node.
 *
 * Absent: topology hints; every endpoint is as near as any other.
 */
export function selectBackends(
  family: Family,
  servicePort: ServicePortView,
  slices: readonly EndpointSliceView[],
  nodeName: string,
): Backends {
  const ready: Backend[] = [];
  const terminating: Backend[] = [];
  const protocol = servicePort.protocol ?? 'TCP';
  for (const slice of slices) {
    if (slice.addressType !== family.addressType) continue;
    for (const port of slice.ports ?? []) {
      if ((port.name ?? '') !== (servicePort.name ?? '') || (port.protocol ?? 'TCP') !== protocol) continue;
      if (port.port === undefined || port.port === 0) continue;
      for (const endpoint of slice.endpoints ?? []) {
        const condition = conditionOf(endpoint);
        const ip = endpoint.addresses[0];
        if (condition === 'unusable' || ip === undefined) continue;
        const isLocal = endpoint.nodeName === nodeName;
        const backend = { ip, port: port.port, isLocal, isMaybeLocal: isLocal || endpoint.nodeName === undefined };
        (condition === 'ready' ? ready : terminating).push(backend);
      }
    }
  }
  const all = inOrder(ready);
  const leaving = inOrder(terminating);
  const local = all.filter(backend => backend.isLocal);
  return {
    cluster: all.length > 0 ? all : leaving,
    local: local.length > 0 ? local : leaving.filter(backend => backend.isLocal),
  };
}

/** Kubernetes: an absent `ready` or `serving` means true, an absent `terminating` false. */
function conditionOf(endpoint: EndpointView): Condition {
  const { ready, serving, terminating } = endpoint.conditions ?? {};
  if (ready ?? true) return 'ready';
  return (serving ?? true) && (terminating ?? false) ? 'terminating' : 'unusable';
}

// Sorted, so that the same endpoints get the same positions whatever order their slices come in; each once.
function inOrder(backends: Backend[]): readonly Backend[] {
  if (backends.length < 2) return backends;
  backends.sort((a, b) => (a.ip < b.ip ? -1 : a.ip > b.ip ? 1 : a.port - b.port));
  return backends.filter(({ ip, port }, i) => i === 0 || ip !== backends[i - 1]!.ip || port !== backends[i - 1]!.port);
}
