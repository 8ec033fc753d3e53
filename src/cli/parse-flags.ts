import { type ParseArgsConfig, type ParseArgsOptionsConfig, parseArgs } from 'node:util';
import { UsageError } from './command-error.ts';

type Parsed<T extends ParseArgsOptionsConfig> = ReturnType<
  typeof parseArgs<{ args: string[]; options: T; strict: true; allowPositionals: true }>
>;

/** `parseArgs` whose complaints name the flag and come with the command's usage. */
export function parseFlags<const T extends ParseArgsOptionsConfig>(
  args: readonly string[],
  usage: string,
  options: T,
): Parsed<T> {
  const config = { args: [...args], options, strict: true, allowPositionals: true } satisfies ParseArgsConfig;
  try {
    return parseArgs(config) as Parsed<T>;
  } catch (error) {
    throw new UsageError(explain(error as Error), usage);
  }
}

/** A command that takes no arguments besides its flags. */
export function refusePositionals(positionals: readonly string[], usage: string): void {
  if (positionals.length > 0) throw new UsageError(`unexpected argument "${positionals[0]}"`, usage);
}

/** Node's first sentence says what is wrong; what follows is about code, or about other flags. */
function explain({ message }: Error): string {
  const unknown = /^Unknown option '([^']+)'/.exec(message)?.[1];
  if (unknown !== undefined) return `unknown flag ${unknown}`;
  const needsValue = /^Option '(?:-\w, )?(--[\w-]+) <value>' argument (missing|is ambiguous)/.exec(message)?.[1];
  if (needsValue !== undefined) return `flag ${needsValue} needs a value`;
  const needsNone = /^Option '(?:-\w, )?(--[\w-]+)' does not take an argument/.exec(message)?.[1];
  if (needsNone !== undefined) return `flag ${needsNone} takes no value`;
  return message;
}
