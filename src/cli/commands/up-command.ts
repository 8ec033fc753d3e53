import type { Command } from './command.ts';
import { addressFlags, rangeAndLogFlags } from './server-flags.ts';

export const upCommand: Command = {
  name: 'up',
  summary: 'run a cluster in this terminal until Ctrl-C',
  usage: `usage: sampan up [FLAGS]          (in the repository: npm start -- [FLAGS])

Runs a Kubernetes cluster on this machine until Ctrl-C. Its objects are kept in the data directory for the next start.

${addressFlags}\
  --nodes real              pods are containers on this machine (needs Linux, root, containerd); the default
  --nodes simulated:N       N nodes without machines: pods are scheduled and get Running, but nothing executes
  --keep-pods               let the pods run on when Sampan stops; the next start takes them over
  --node-name NAME          name of the real node; default the host's name
  --containerd-address PATH socket of a containerd that runs already; default Sampan runs its own
${rangeAndLogFlags}`,
  load: async () => (await import('../up/index.ts')).runUp,
};
