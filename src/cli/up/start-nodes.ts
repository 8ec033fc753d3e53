import { CommandError } from '../command-error.ts';
import type { ClusterNodes, NodeSurroundings } from './cluster-nodes.ts';
import type { UpOptions } from './up-options.ts';

/** Starts the nodes that were asked for; what the other sort needs is not even loaded. */
export async function startNodes(options: UpOptions, surroundings: NodeSurroundings): Promise<ClusterNodes> {
  const { nodes } = options;
  if (nodes.kind === 'simulated') {
    const { startSimulatedNodes } = await import('./start-simulated-nodes.ts');
    return startSimulatedNodes(surroundings, nodes.count);
  }
  throw new CommandError('real nodes are not wired yet: use --nodes simulated:N');
}
