import { Informers } from '../../client/index.ts';
import { SimulatedNodes } from '../../simnodes/index.ts';
import type { ClusterNodes, NodeSurroundings } from './cluster-nodes.ts';
import { refusingConnections } from './node-routes.ts';

/** Resolves when all have registered. */
export async function startSimulatedNodes({ world, plane }: NodeSurroundings, count: number): Promise<ClusterNodes> {
  const client = plane.client(undefined, 'sampan-simulated-nodes');
  const informers = new Informers(world, client);
  const nodes = new SimulatedNodes(world, client, informers, { count });
  await nodes.start();
  return {
    connections: refusingConnections(),
    async stop() {
      nodes.stop();
      informers.stop();
    },
  };
}
