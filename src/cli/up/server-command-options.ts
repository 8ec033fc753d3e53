import type { Component } from '../../cluster/index.ts';
import { serverCommand } from '../commands/server-command.ts';
import { parseFlags, refusePositionals } from '../parse-flags.ts';
import { flagRefuser, readServerFlags, type ServerOptions, serverFlags } from './server-options.ts';

const components: readonly Component[] = ['scheduler', 'controllers'];
const refuse = flagRefuser(serverCommand.usage);

/** Throws a `UsageError` that names the flag. */
export function parseServerOptions(args: readonly string[]): ServerOptions {
  const { values, positionals } = parseFlags(args, serverCommand.usage, {
    ...serverFlags,
    without: { type: 'string', default: '' },
  });
  refusePositionals(positionals, serverCommand.usage);
  return { ...readServerFlags(values, refuse), without: readComponents(values.without) };
}

function readComponents(text: string): readonly Component[] {
  const names = text.split(',').filter(name => name !== '');
  return [...new Set(names)].map(
    name => components.find(component => component === name) ?? refuse('without', components.join(', '), name),
  );
}
