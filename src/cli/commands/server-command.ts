import type { Command } from './command.ts';
import { addressFlags, rangeAndLogFlags } from './server-flags.ts';

export const serverCommand: Command = {
  name: 'server',
  summary: 'run a control plane without nodes until Ctrl-C',
  usage: `usage: sampan server [FLAGS]

Runs a control plane on this machine until Ctrl-C: API server, controllers and scheduler over a store in the data
directory. It has no nodes of its own and needs neither root nor containerd.

${addressFlags}\
  --without NAMES           leave out scheduler, controllers or both, with a comma between: kube-scheduler and
                            kube-controller-manager take their place, with the kubeconfigs that the data directory
                            then holds (scheduler.kubeconfig, controller-manager.kubeconfig)
${rangeAndLogFlags}`,
  load: async () => (await import('../up/index.ts')).runServer,
};
