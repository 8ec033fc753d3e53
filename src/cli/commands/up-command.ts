import type { Command } from './command.ts';

export const upCommand: Command = {
  name: 'up',
  summary: 'run a cluster in this terminal until Ctrl-C',
  usage: `usage: sampan up [FLAGS]          (in the repository: npm start -- [FLAGS])

Runs a Kubernetes cluster on this machine until Ctrl-C. Its objects are kept in the data directory for the next start.

  --data-dir DIR            where everything is kept; default $XDG_DATA_HOME/sampan or ~/.local/share/sampan
  --port N                  port of the API server; default 6443, 0 takes any free one
  --bind-address IP         address that it listens on; default 127.0.0.1, which only this machine reaches
  --nodes real              pods are containers on this machine (needs Linux, root, containerd); the default
  --nodes simulated:N       N nodes without machines: pods are scheduled and get Running, but nothing executes
  --keep-pods               let the pods run on when Sampan stops; the next start takes them over
  --node-name NAME          name of the real node; default the host's name
  --containerd-address PATH socket of a containerd that runs already; default Sampan runs its own
  --pod-cidr CIDR           addresses of pods, chosen at the first start; default 10.244.0.0/16
  --service-cidr CIDR       addresses of Services, chosen at the first start; default 10.96.0.0/16
  --log-level LEVEL         debug, info, warn or error; default warn
  --log-format FORMAT       text or json; default text
  --help                    this text
`,
  load: async () => (await import('../up/index.ts')).runUp,
};
