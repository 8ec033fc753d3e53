/** A server in processes of its own, whose processor time and memory can be asked for. */
import { type ChildProcess, fork } from 'node:child_process';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { RawClientOptions } from './raw-client.ts';

export interface MeasuredServer {
  readonly name: string;
  readonly connection: RawClientOptions;
  /** Microseconds of processor time so far, user and system, of all processes that it takes. */
  cpuMicros(): Promise<number>;
  rssBytes(): Promise<number>;
  /** The longest that the event loop has been kept from turning since this was last asked, where there is one. */
  longestStallMs?(): Promise<number>;
  stop(): Promise<void>;
}

type Question = 'cpuMicros' | 'rssBytes' | 'longestStallMs';

/** How often the event loop is looked at. */
const resolutionMs = 5;

export async function startMeasuredServer(name: string, file: string): Promise<MeasuredServer> {
  const child = fork(file, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const connection = (await nextMessage(child)) as RawClientOptions;
  const ask = async (question: Question): Promise<number> => {
    const answer = nextMessage(child);
    child.send(question);
    return (await answer) as number;
  };
  return {
    name,
    connection,
    cpuMicros: () => ask('cpuMicros'),
    rssBytes: () => ask('rssBytes'),
    longestStallMs: () => ask('longestStallMs'),
    async stop() {
      const ended = new Promise(resolve => child.once('exit', resolve));
      child.send('stop');
      await ended;
    },
  };
}

function nextMessage(child: ChildProcess): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const onExit = (code: number | null): void => reject(new Error(`the measured server ended with ${code}`));
    child.once('exit', onExit);
    child.once('message', message => {
      child.off('exit', onExit);
      resolve(message);
    });
  });
}

/** The server's side: tells how to connect, answers questions, and stops when asked. */
export function serveMeasurements(connection: RawClientOptions, stop: () => Promise<void>): void {
  const delays = monitorEventLoopDelay({ resolution: resolutionMs });
  delays.enable();
  const answers: Readonly<Record<Question, () => number>> = {
    cpuMicros() {
      const { user, system } = process.cpuUsage();
      return user + system;
    },
    rssBytes: () => process.memoryUsage.rss(),
    longestStallMs() {
      const stallMs = Math.max(0, delays.max / 1e6 - resolutionMs);
      delays.reset();
      return stallMs;
    },
  };
  process.on('message', message => {
    if (message === 'stop') stop().then(() => process.exit(0));
    else process.send!(answers[message as Question]());
  });
  process.send!(connection);
}
