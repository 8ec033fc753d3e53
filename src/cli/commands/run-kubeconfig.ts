import { existsSync } from 'node:fs';
import { CommandError } from '../command-error.ts';
import { dataDirectory } from '../data-directory.ts';
import { parseFlags, refusePositionals } from '../parse-flags.ts';
import { kubeconfigCommand } from './kubeconfig-command.ts';

export async function runKubeconfig(args: readonly string[]): Promise<number> {
  const { usage } = kubeconfigCommand;
  const { values, positionals } = parseFlags(args, usage, { 'data-dir': { type: 'string' } });
  refusePositionals(positionals, usage);
  const { kubeconfig } = dataDirectory(values['data-dir']);
  if (!existsSync(kubeconfig))
    throw new CommandError(`there is no ${kubeconfig} yet: sampan up and sampan server write it`);
  process.stdout.write(`${kubeconfig}\n`);
  return 0;
}
