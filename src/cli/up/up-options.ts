import { hostname } from 'node:os';
import { upCommand } from '../commands/up-command.ts';
import { parseFlags, refusePositionals } from '../parse-flags.ts';
import { flagRefuser, readServerFlags, type ServerOptions, serverFlags } from './server-options.ts';

export interface UpOptions extends ServerOptions {
  readonly nodes: NodesWanted;
  readonly keepsPods: boolean;
  readonly nodeName: string;
  /** Of a containerd that is not ours. */
  readonly containerdSocket?: string | undefined;
}

export type NodesWanted = { readonly kind: 'real' } | { readonly kind: 'simulated'; readonly count: number };

/** As `--nodes` says it. */
export function formatNodes(nodes: NodesWanted): string {
  return nodes.kind === 'real' ? 'real' : `simulated:${nodes.count}`;
}

/** Kubernetes supports clusters of up to 5,000 nodes; twice that shows what happens beyond. */
const simulatedNodesMax = 10_000;
const refuse = flagRefuser(upCommand.usage);

/** Throws a `UsageError` that names the flag. */
export function parseUpOptions(args: readonly string[]): UpOptions {
  const { values, positionals } = parseFlags(args, upCommand.usage, {
    ...serverFlags,
    nodes: { type: 'string', default: 'real' },
    'keep-pods': { type: 'boolean', default: false },
    'node-name': { type: 'string' },
    'containerd-address': { type: 'string' },
  });
  refusePositionals(positionals, upCommand.usage);
  return {
    ...readServerFlags(values, refuse),
    without: [],
    nodes: parseNodes(values.nodes),
    keepsPods: values['keep-pods'],
    nodeName: parseNodeName(values['node-name'] ?? hostname().toLowerCase()),
    containerdSocket: values['containerd-address']?.replace(/^unix:\/\//, ''),
  };
}

function parseNodes(text: string): NodesWanted {
  if (text === 'real') return { kind: 'real' };
  const count = Number(/^simulated:(\d+)$/.exec(text)?.[1] ?? Number.NaN);
  if (count >= 0 && count <= simulatedNodesMax) return { kind: 'simulated', count };
  return refuse('nodes', `real or simulated:N with N up to ${simulatedNodesMax}`, text);
}

function parseNodeName(text: string): string {
  const isName = text.length <= 63 && /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/.test(text);
  return isName ? text : refuse('node-name', 'lower case letters, digits, dashes and dots', text);
}
