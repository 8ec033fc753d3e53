import type { Command } from './command.ts';

export const kubeconfigCommand: Command = {
  name: 'kubeconfig',
  summary: "print the path of the cluster's admin kubeconfig",
  usage: `usage: sampan kubeconfig [--data-dir DIR]

Prints the path of the admin kubeconfig:  export KUBECONFIG=$(sampan kubeconfig)

  --data-dir DIR  the cluster's data directory; default $XDG_DATA_HOME/sampan or ~/.local/share/sampan
  --help          this text
`,
  load: async () => (await import('./run-kubeconfig.ts')).runKubeconfig,
};
