import type { World } from '../../world/index.ts';
import type { PreparedNodes } from './cluster-nodes.ts';
import type { UpOptions } from './up-options.ts';

/** Prepares the nodes that were asked for; what the other sort needs is not even loaded. */
export async function prepareNodes(options: UpOptions, world: World): Promise<PreparedNodes> {
  const { nodes } = options;
  if (nodes.kind === 'simulated') {
    const { prepareSimulatedNodes } = await import('./simulated-nodes.ts');
    return prepareSimulatedNodes(options, nodes.count);
  }
  const { prepareRealNode } = await import('./real-node/index.ts');
  return prepareRealNode(options, world);
}
