import type { UdpRoute } from './service-rules.ts';

/** A connection that the kernel tracks, in its two directions. */
export interface TrackedFlow {
  readonly originalSource: string;
  readonly originalSourcePort: number;
  readonly originalDestination: string;
  readonly originalDestinationPort: number;
  readonly replySource: string;
  readonly replySourcePort: number;
}

/**
 * The flows that go on to where no datagram of theirs would be sent now.
 *
 * Rules choose for the first packet of a connection only; a UDP client that keeps its port would be sent to a pod that
 * is long gone for as long as it keeps sending. Kubernetes: kube-proxy clears the same flows; TCP needs none of this,
 * since its clients open new connections.
 *
 * `nodeAddresses` tells a NodePort's flows from others' that happen to use the same port elsewhere.
 */
export function findStaleFlows(
  flows: readonly TrackedFlow[],
  routes: Iterable<UdpRoute>,
  nodeAddresses: ReadonlySet<string>,
): TrackedFlow[] {
  const byAddress = new Map<string, ReadonlySet<string>>();
  const byPort = new Map<number, ReadonlySet<string>>();
  for (const { frontend, backends } of routes) {
    if (frontend.ip === undefined) byPort.set(frontend.port, backends);
    else byAddress.set(`${frontend.ip} ${frontend.port}`, backends);
  }
  return flows.filter(flow => {
    const isToNode = nodeAddresses.has(flow.originalDestination);
    const backends =
      byAddress.get(`${flow.originalDestination} ${flow.originalDestinationPort}`) ??
      (isToNode ? byPort.get(flow.originalDestinationPort) : undefined);
    return backends !== undefined && !backends.has(`${flow.replySource} ${flow.replySourcePort}`);
  });
}
