/** The program `sampan`: finds the command, runs it, and turns what goes wrong into a line and an exit code. */

import { CommandError, UsageError } from './command-error.ts';
import { type Command, findCommand, formatUsage } from './commands/index.ts';

const exitCodes = { failure: 1, usage: 2 } as const;

async function main(args: readonly string[]): Promise<number> {
  const [first = ''] = args;
  if (first === '' || first === 'help' || first === '--help' || first === '-h') {
    process.stdout.write(formatUsage());
    return first === '' ? exitCodes.usage : 0;
  }
  if (first === '--version' || first === '-v' || first === 'version') {
    const { sampanVersion } = await import('./sampan-version.ts');
    process.stdout.write(`sampan ${sampanVersion()} (Kubernetes v1.36.0)\n`);
    return 0;
  }
  const found = findCommand(args);
  if (found === undefined) throw new UsageError(`unknown command "${first}"`, formatUsage());
  return runCommand(found.command, found.rest);
}

async function runCommand(command: Command, args: readonly string[]): Promise<number> {
  if (args.includes('--help') || args.includes('-h')) {
    process.stdout.write(command.usage);
    return 0;
  }
  return (await command.load())(args);
}

/** What a person can mend is said in a line; anything else is a fault of ours, and its stack shows where. */
function report(error: unknown): number {
  if (error instanceof UsageError) {
    process.stderr.write(`sampan: ${error.message}\n\n${error.usage}`);
    return exitCodes.usage;
  }
  const text = error instanceof CommandError ? error.message : ((error as Error)?.stack ?? String(error));
  process.stderr.write(`sampan: ${text}\n`);
  return exitCodes.failure;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  // What a failed start has left pending must not keep the process.
  process.exit(report(error));
}
