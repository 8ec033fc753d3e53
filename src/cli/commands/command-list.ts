import type { Command } from './command.ts';
import { imageImportCommand } from './image-import-command.ts';
import { kubeconfigCommand } from './kubeconfig-command.ts';
import { serverCommand } from './server-command.ts';
import { statusCommand } from './status-command.ts';
import { upCommand } from './up-command.ts';

const commands: readonly Command[] = [upCommand, serverCommand, statusCommand, kubeconfigCommand, imageImportCommand];

export interface FoundCommand {
  readonly command: Command;
  /** What follows the command's words. */
  readonly rest: readonly string[];
}

export function findCommand(args: readonly string[]): FoundCommand | undefined {
  for (const command of commands) {
    const words = command.name.split(' ');
    if (words.every((word, index) => args[index] === word)) return { command, rest: args.slice(words.length) };
  }
  return undefined;
}

export function formatUsage(): string {
  const width = Math.max(...commands.map(({ name }) => name.length));
  return [
    'sampan: Kubernetes in one npm package',
    '',
    'usage: sampan COMMAND [FLAGS]',
    '',
    ...commands.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`),
    '',
    'sampan COMMAND --help says more about a command; sampan --version prints the version.',
    '',
  ].join('\n');
}
