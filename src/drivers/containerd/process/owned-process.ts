import { spawn } from 'node:child_process';
import {
  closeSync,
  copyFileSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** A process by its id and its start: ids are given out again, starts are not. */
export interface OwnedProcess {
  readonly pid: number;
  /** Clock ticks since boot, as the kernel counts them. */
  readonly startTicks: string;
}

export interface DaemonOptions {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly pidFile: string;
  readonly logFile: string;
}

const logBytesMax = 10 << 20;
const pollMs = 20;

/** Starts a process that outlives this one: a session of its own, output to a file, its identity in another. */
export async function startDaemon(options: DaemonOptions): Promise<OwnedProcess> {
  for (const path of [options.pidFile, options.logFile]) mkdirSync(dirname(path), { recursive: true });
  limitLog(options.logFile);
  const log = openSync(options.logFile, 'a');
  const child = spawn(options.command, options.args, { detached: true, stdio: ['ignore', log, log], env: options.env });
  closeSync(log);
  await new Promise<void>((resolve, reject) => child.once('spawn', resolve).once('error', reject));
  child.unref();
  const started = identify(child.pid!);
  if (started === undefined) throw new Error(`${options.command} ended at once; see ${options.logFile}`);
  writeFileSync(options.pidFile, JSON.stringify(started));
  return started;
}

/**
 * The process that an earlier run of ours started, if it still lives: the one noted, or, when we were killed before we
 * could note it, one with these arguments, which must be nobody else's.
 */
export function findDaemon(pidFile: string, args: readonly string[]): OwnedProcess | undefined {
  const noted = readNote(pidFile);
  if (noted !== undefined && isAlive(noted)) return noted;
  const found = findByArguments(args);
  if (found !== undefined) writeFileSync(pidFile, JSON.stringify(found));
  return found;
}

function readNote(pidFile: string): OwnedProcess | undefined {
  try {
    return JSON.parse(readFileSync(pidFile, 'utf8')) as OwnedProcess;
  } catch {
    // No such file, or one that a crash left half written.
    return undefined;
  }
}

function findByArguments(args: readonly string[]): OwnedProcess | undefined {
  const wanted = `\0${args.join('\0')}\0`;
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const line = readFileSync(`/proc/${name}/cmdline`, 'utf8');
      // The rest of the line, after the program's own name.
      if (line.endsWith(wanted) && line.indexOf('\0') === line.length - wanted.length) return identify(Number(name));
    } catch {
      // It ended meanwhile.
    }
  }
  return undefined;
}

export function isAlive(owned: OwnedProcess): boolean {
  return identify(owned.pid)?.startTicks === owned.startTicks;
}

/** SIGTERM, then SIGKILL after `graceMs`; resolves when it is gone. */
export async function stopDaemon(owned: OwnedProcess, pidFile: string, graceMs: number): Promise<void> {
  const deadline = Date.now() + graceMs;
  signal(owned, 'SIGTERM');
  while (isAlive(owned) && Date.now() < deadline) await sleep(pollMs);
  signal(owned, 'SIGKILL');
  while (isAlive(owned)) await sleep(pollMs);
  rmSync(pidFile, { force: true });
}

function signal(owned: OwnedProcess, name: NodeJS.Signals): void {
  if (isAlive(owned)) process.kill(owned.pid, name);
}

/** undefined for a process that is gone, or a zombie that nobody has reaped yet. */
function identify(pid: number): OwnedProcess | undefined {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return undefined;
  }
  // The command's name comes second, in parentheses, and may hold anything; what follows it is regular.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields[0] === 'Z' || fields[0] === 'X' ? undefined : { pid, startTicks: fields[19]! };
}

/** Keeps the last part of a log that grew large. Its writer appends, so it may be cut while it is being written. */
export function limitLog(logFile: string): void {
  const size = statSync(logFile, { throwIfNoEntry: false })?.size ?? 0;
  if (size <= logBytesMax) return;
  copyFileSync(logFile, `${logFile}.1`);
  truncateSync(logFile);
}
