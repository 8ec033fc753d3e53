import type { Node, Pod } from '../../api/generated/index.ts';
import type {
  ByteDuplex,
  ByteSource,
  ExecSession,
  KubeletRequest,
  KubeletResponse,
  NodeConnections,
  PodLogRequest,
  PodStreamRequest,
} from '../../apiserver/index.ts';
import { StatusError } from '../../machinery/index.ts';

/** Leads logs, exec, attach and port-forward to the node that a pod runs on. Nodes join when they have started. */
export class NodeRoutes implements NodeConnections {
  #connections: NodeConnections | undefined;

  /** From now on all nodes are reached through this. */
  join(connections: NodeConnections): void {
    this.#connections = connections;
  }

  logs(pod: Pod, request: PodLogRequest): Promise<ByteSource> {
    return this.#of(pod).then(node => node.logs(pod, request));
  }

  exec(pod: Pod, request: PodStreamRequest & { readonly command: readonly string[] }): Promise<ExecSession> {
    return this.#of(pod).then(node => node.exec(pod, request));
  }

  attach(pod: Pod, request: PodStreamRequest): Promise<ExecSession> {
    return this.#of(pod).then(node => node.attach(pod, request));
  }

  portForward(pod: Pod, port: number): Promise<ByteDuplex> {
    return this.#of(pod).then(node => node.portForward(pod, port));
  }

  async kubelet(node: Node, request: KubeletRequest): Promise<KubeletResponse | undefined> {
    return this.#connections?.kubelet?.(node, request);
  }

  hasNetwork(nodeName: string): boolean {
    return this.#connections?.hasNetwork?.(nodeName) ?? true;
  }

  async #of(pod: Pod): Promise<NodeConnections> {
    if (this.#connections !== undefined) return this.#connections;
    throw new StatusError('ServiceUnavailable', `node ${pod.spec?.nodeName} is still starting: try again in a moment`);
  }
}

/** What simulated nodes answer: nothing executes there. */
export function refusingConnections(): NodeConnections {
  return connectionsThatRefuse(
    'BadRequest',
    nodeName =>
      `is on the simulated node ${nodeName}, where nothing executes: there are no logs, no exec, attach or ` +
      'port-forward (start Sampan with --nodes real for that)',
  );
}

/** Refuses whatever is asked of a pod: `pod NAMESPACE/NAME …` and then `why` of the node's name. */
export function connectionsThatRefuse(
  reason: 'BadRequest' | 'ServiceUnavailable',
  why: (nodeName: string | undefined) => string,
): NodeConnections {
  const refuse = async ({ metadata, spec }: Pod): Promise<never> => {
    throw new StatusError(reason, `pod ${metadata.namespace}/${metadata.name} ${why(spec?.nodeName)}`);
  };
  return { logs: refuse, exec: refuse, attach: refuse, portForward: refuse, hasNetwork: () => false };
}
