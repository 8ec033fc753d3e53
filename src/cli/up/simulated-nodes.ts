import { Informers } from '../../client/index.ts';
import { SimulatedNodes } from '../../simnodes/index.ts';
import type { ClusterNodes, NodeSurroundings, PreparedNodes } from './cluster-nodes.ts';
import { chooseRanges } from './cluster-ranges.ts';
import { refusingConnections } from './node-routes.ts';
import type { UpOptions } from './up-options.ts';

/** Nodes without machines need nothing prepared. */
export function prepareSimulatedNodes(options: UpOptions, count: number): PreparedNodes {
  const ranges = chooseRanges({ ...options, file: options.directory.ranges });
  return {
    ranges,
    podGatewayReady: Promise.resolve(),
    start: surroundings => start(surroundings, count),
    release: async () => {},
  };
}

async function start({ world, plane }: NodeSurroundings, count: number): Promise<ClusterNodes> {
  const client = plane.client(undefined, 'sampan-simulated-nodes');
  const informers = new Informers(world, client);
  const nodes = new SimulatedNodes(world, name => plane.nodeClient(name), informers, { count });
  await nodes.start();
  return {
    names: nodes.list().map(({ name }) => name),
    connections: refusingConnections(),
    networkReady: Promise.resolve(),
    async stop() {
      nodes.stop();
      informers.stop();
    },
  };
}
