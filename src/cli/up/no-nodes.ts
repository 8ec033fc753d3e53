import type { ClusterNodes, PreparedNodes } from './cluster-nodes.ts';
import { chooseRanges } from './cluster-ranges.ts';
import { connectionsThatRefuse } from './node-routes.ts';
import type { ServerOptions } from './server-options.ts';

/** A server whose nodes, if it has any, are other programs that register with it. */
export function prepareNoNodes(options: ServerOptions): PreparedNodes {
  return {
    ranges: chooseRanges({ ...options, file: options.directory.ranges }),
    podGatewayReady: Promise.resolve(),
    start: async () => nothing,
    release: async () => {},
  };
}

const nothing: ClusterNodes = {
  names: [],
  connections: connectionsThatRefuse(
    'ServiceUnavailable',
    nodeName => `is on the node ${nodeName}, which this server does not reach: it runs as another program`,
  ),
  networkReady: Promise.resolve(),
  stop: async () => {},
};
