import { isIP } from 'node:net';
import { hostname } from 'node:os';
import { type LogFormat, logFormats, logLevels } from '../../drivers/world/index.ts';
import { parseCidr } from '../../machinery/index.ts';
import type { LogLevel } from '../../world/index.ts';
import { UsageError } from '../command-error.ts';
import { upCommand } from '../commands/up-command.ts';
import { type DataDirectory, dataDirectory } from '../data-directory.ts';
import { parseFlags, refusePositionals } from '../parse-flags.ts';

export interface UpOptions {
  readonly directory: DataDirectory;
  readonly port: number;
  readonly bindAddress: string;
  readonly nodes: NodesWanted;
  readonly keepsPods: boolean;
  readonly nodeName: string;
  /** Of a containerd that is not ours. */
  readonly containerdSocket?: string | undefined;
  readonly podCidr?: string | undefined;
  readonly serviceCidr?: string | undefined;
  readonly logLevel: LogLevel;
  readonly logFormat: LogFormat;
}

export type NodesWanted = { readonly kind: 'real' } | { readonly kind: 'simulated'; readonly count: number };

/** As `--nodes` says it. */
export function formatNodes(nodes: NodesWanted): string {
  return nodes.kind === 'real' ? 'real' : `simulated:${nodes.count}`;
}

/** Kubernetes supports clusters of up to 5,000 nodes; twice that shows what happens beyond. */
const simulatedNodesMax = 10_000;
const portMax = 65_535;

/** Throws a `UsageError` that names the flag. */
export function parseUpOptions(args: readonly string[]): UpOptions {
  const { values, positionals } = parseFlags(args, upCommand.usage, {
    'data-dir': { type: 'string' },
    port: { type: 'string', default: '6443' },
    'bind-address': { type: 'string', default: '127.0.0.1' },
    nodes: { type: 'string', default: 'real' },
    'keep-pods': { type: 'boolean', default: false },
    'node-name': { type: 'string' },
    'containerd-address': { type: 'string' },
    'pod-cidr': { type: 'string' },
    'service-cidr': { type: 'string' },
    'log-level': { type: 'string', default: 'warn' },
    'log-format': { type: 'string', default: 'text' },
  });
  refusePositionals(positionals, upCommand.usage);
  return {
    directory: dataDirectory(values['data-dir']),
    port: parsePort(values.port),
    bindAddress: parseAddress(values['bind-address']),
    nodes: parseNodes(values.nodes),
    keepsPods: values['keep-pods'],
    nodeName: parseNodeName(values['node-name'] ?? hostname().toLowerCase()),
    containerdSocket: values['containerd-address']?.replace(/^unix:\/\//, ''),
    podCidr: parseRange('pod-cidr', values['pod-cidr'], 24),
    serviceCidr: parseRange('service-cidr', values['service-cidr'], 28),
    logLevel: oneOf('log-level', values['log-level'], logLevels),
    logFormat: oneOf('log-format', values['log-format'], logFormats),
  };
}

function fail(flag: string, wanted: string, value: string): never {
  throw new UsageError(`--${flag} wants ${wanted}, not "${value}"`, upCommand.usage);
}

function parsePort(text: string): number {
  const port = Number(text);
  return /^\d+$/.test(text) && port <= portMax ? port : fail('port', `a number from 0 to ${portMax}`, text);
}

function parseAddress(text: string): string {
  return isIP(text) === 0 ? fail('bind-address', 'an IP address such as 127.0.0.1 or 0.0.0.0', text) : text;
}

function parseNodes(text: string): NodesWanted {
  if (text === 'real') return { kind: 'real' };
  const count = Number(/^simulated:(\d+)$/.exec(text)?.[1] ?? Number.NaN);
  if (count >= 0 && count <= simulatedNodesMax) return { kind: 'simulated', count };
  return fail('nodes', `real or simulated:N with N up to ${simulatedNodesMax}`, text);
}

function parseNodeName(text: string): string {
  const isName = text.length <= 63 && /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/.test(text);
  return isName ? text : fail('node-name', 'lower case letters, digits, dashes and dots', text);
}

function parseRange(flag: string, text: string | undefined, longestPrefix: number): string | undefined {
  if (text === undefined) return undefined;
  const range = parseCidr(text);
  const isGood = range?.family === 4 && range.prefixLength <= longestPrefix && range.prefixLength >= 8;
  return isGood ? text : fail(flag, `an IPv4 range from /8 to /${longestPrefix}, such as 10.244.0.0/16`, text);
}

function oneOf<T extends string>(flag: string, text: string, known: readonly T[]): T {
  return known.find(value => value === text) ?? fail(flag, known.join(', '), text);
}
