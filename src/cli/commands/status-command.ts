import type { Command } from './command.ts';

export const statusCommand: Command = {
  name: 'status',
  summary: 'say whether the cluster runs, where, and how its nodes are',
  usage: `usage: sampan status [--data-dir DIR | --kubeconfig FILE]

Says whether a cluster runs, where it is reached, and how its nodes are. Exits with 1 when it does not run.

  --data-dir DIR     the cluster's data directory; default $XDG_DATA_HOME/sampan or ~/.local/share/sampan
  --kubeconfig FILE  ask the cluster that this file names instead
  --help             this text
`,
  load: async () => (await import('./run-status.ts')).runStatus,
};
