import { prepareNoNodes } from './no-nodes.ts';
import { runUntilStopped } from './run-until-stopped.ts';
import { parseServerOptions } from './server-command-options.ts';

/** Runs a control plane until a signal asks it to stop; resolves to the exit code. */
export function runServer(args: readonly string[]): Promise<number> {
  const options = parseServerOptions(args);
  return runUntilStopped({ options, nodes: 'none', prepareNodes: async () => prepareNoNodes(options) });
}
