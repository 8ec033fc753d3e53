import type { Node } from '../../api/generated/index.ts';
import { statusError } from '../../machinery/index.ts';
import { isProxyable, readPort } from './pod-backend.ts';
import type { ProxiedName } from './proxied-name.ts';
import type { Backend } from './reverse-proxy.ts';

const defaultKubeletPort = 10250;

/** Whether a request asks for the node's kubelet: it names no port, or that one. */
export function isKubelet(node: Node, { port }: ProxiedName): boolean {
  return port === '' || Number(port) === kubeletPort(node);
}

/**
 * Kubernetes: `ResourceLocation` of a node. Differs from Kubernetes: the node is reached by its address, never by its
 * host name, because no name server need know the names of a cluster's nodes.
 */
export function locateNode(node: Node, asked: ProxiedName): Backend {
  const host = addressOf(node);
  if (!isProxyable(host)) throw statusError.badRequest('address not allowed');
  if (isKubelet(node, asked)) return { scheme: 'https', host, port: kubeletPort(node), shouldSkipVerification: true };
  return { scheme: asked.scheme, host, port: readPort(asked.port), shouldSkipVerification: true };
}

function kubeletPort({ status }: Node): number {
  return status?.daemonEndpoints?.kubeletEndpoint?.Port || defaultKubeletPort;
}

function addressOf({ metadata, status }: Node): string {
  for (const type of ['InternalIP', 'ExternalIP']) {
    const found = status?.addresses?.find(address => address.type === type);
    if (found !== undefined) return found.address;
  }
  throw statusError.badRequest(
    `no preferred addresses found; known addresses: [${listAddresses(status)}] (${metadata.name})`,
  );
}

function listAddresses(status: Node['status']): string {
  return (status?.addresses ?? []).map(({ type, address }) => `{${type} ${address}}`).join(' ');
}
