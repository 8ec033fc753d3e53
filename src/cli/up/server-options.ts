import { isIP } from 'node:net';
import type { Component } from '../../cluster/index.ts';
import { type LogFormat, logFormats, logLevels } from '../../drivers/world/index.ts';
import { parseCidr } from '../../machinery/index.ts';
import type { LogLevel } from '../../world/index.ts';
import { UsageError } from '../command-error.ts';
import { type DataDirectory, dataDirectory } from '../data-directory.ts';
import type { parseFlags } from '../parse-flags.ts';
import { type ApiServerOptions, apiServerFlags, readApiServerFlags } from './api-server-options.ts';

/** What every command that runs an API server takes. Its text is in `commands/server-flags.ts`. */
export interface ServerOptions {
  readonly directory: DataDirectory;
  readonly port: number;
  readonly bindAddress: string;
  readonly podCidr?: string | undefined;
  readonly serviceCidr?: string | undefined;
  readonly logLevel: LogLevel;
  readonly logFormat: LogFormat;
  readonly apiServer: ApiServerOptions;
  /** What is left to other programs. */
  readonly without: readonly Component[];
}

/** For `parseFlags`, with the flags that only the command itself has. */
export const serverFlags = {
  'data-dir': { type: 'string' },
  port: { type: 'string', default: '6443' },
  'bind-address': { type: 'string', default: '127.0.0.1' },
  'pod-cidr': { type: 'string' },
  'service-cidr': { type: 'string' },
  'log-level': { type: 'string', default: 'warn' },
  'log-format': { type: 'string', default: 'text' },
  ...apiServerFlags,
} as const;

/** What `parseFlags` makes of them. */
export type ServerFlagValues = ReturnType<typeof parseFlags<typeof serverFlags>>['values'];

/** Ends the command: `--port wants …, not "…"`. */
export type RefuseFlag = (flag: string, wanted: string, value: string) => never;

export function flagRefuser(usage: string): RefuseFlag {
  return (flag, wanted, value) => {
    throw new UsageError(`--${flag} wants ${wanted}, not "${value}"`, usage);
  };
}

const portMax = 65_535;

/** Refuses, and so throws, at the first value that is none. */
export function readServerFlags(values: ServerFlagValues, refuse: RefuseFlag): Omit<ServerOptions, 'without'> {
  return {
    directory: dataDirectory(values['data-dir']),
    port: readPort(values.port, refuse),
    bindAddress: readAddress(values['bind-address'], refuse),
    podCidr: readRange('pod-cidr', values['pod-cidr'], 24, refuse),
    serviceCidr: readRange('service-cidr', values['service-cidr'], 28, refuse),
    logLevel: oneOf('log-level', values['log-level'], logLevels, refuse),
    logFormat: oneOf('log-format', values['log-format'], logFormats, refuse),
    apiServer: readApiServerFlags(values, refuse),
  };
}

function readPort(text: string, refuse: RefuseFlag): number {
  const port = Number(text);
  return /^\d+$/.test(text) && port <= portMax ? port : refuse('port', `a number from 0 to ${portMax}`, text);
}

function readAddress(text: string, refuse: RefuseFlag): string {
  return isIP(text) === 0 ? refuse('bind-address', 'an IP address such as 127.0.0.1 or 0.0.0.0', text) : text;
}

function readRange(
  flag: string,
  text: string | undefined,
  longestPrefix: number,
  refuse: RefuseFlag,
): string | undefined {
  if (text === undefined) return undefined;
  const range = parseCidr(text);
  const isGood = range?.family === 4 && range.prefixLength <= longestPrefix && range.prefixLength >= 8;
  return isGood ? text : refuse(flag, `an IPv4 range from /8 to /${longestPrefix}, such as 10.244.0.0/16`, text);
}

function oneOf<T extends string>(flag: string, text: string, known: readonly T[], refuse: RefuseFlag): T {
  return known.find(value => value === text) ?? refuse(flag, known.join(', '), text);
}
