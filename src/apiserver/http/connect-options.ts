import type { Query } from './query.ts';
import { isTruthy, type RequestInfo } from './request-info.ts';

const proxyKinds: Readonly<Record<string, string>> = {
  pods: 'PodProxyOptions',
  services: 'ServiceProxyOptions',
  nodes: 'NodeProxyOptions',
};

/**
 * What a request to connect asks for, as an object of its own kind: what admission sees. Undefined for what is no
 * connection, as `pods/log`.
 */
export function readConnectOptions({ resource, subresource, rest }: RequestInfo, query: Query): object | undefined {
  const typed = (kind: string, options: object): object => ({ kind, apiVersion: 'v1', ...options });
  switch (subresource) {
    case 'exec': {
      const command = query.getAll('command');
      return typed('PodExecOptions', { ...readStreams(query), ...(command.length === 0 ? {} : { command }) });
    }
    case 'attach':
      return typed('PodAttachOptions', readStreams(query));
    case 'portforward': {
      const ports = query
        .getAll('ports')
        .flatMap(text => text.split(','))
        .map(Number);
      return typed('PodPortForwardOptions', ports.length === 0 ? {} : { ports });
    }
    case 'proxy':
      return typed(proxyKinds[resource] ?? 'PodProxyOptions', { path: `/${rest.join('/')}` });
    default:
      return undefined;
  }
}

/** Kubernetes: what is false or empty is left out. */
function readStreams(query: Query): object {
  const streams: Record<string, boolean | string> = {};
  for (const name of ['stdin', 'stdout', 'stderr', 'tty']) if (isTruthy(query.get(name))) streams[name] = true;
  const container = query.get('container') ?? '';
  return container === '' ? streams : { ...streams, container };
}
