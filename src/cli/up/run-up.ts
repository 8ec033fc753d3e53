import { prepareNodes } from './prepare-nodes.ts';
import { runUntilStopped } from './run-until-stopped.ts';
import { formatNodes, parseUpOptions } from './up-options.ts';

/** Runs a cluster until a signal asks it to stop; resolves to the exit code. */
export function runUp(args: readonly string[]): Promise<number> {
  const options = parseUpOptions(args);
  return runUntilStopped({
    options,
    nodes: formatNodes(options.nodes),
    prepareNodes: world => prepareNodes(options, world),
  });
}
