/** A server in a process of its own, whose processor time can be asked for. */
import { type ChildProcess, fork } from 'node:child_process';
import type { RawClientOptions } from './raw-client.ts';

export interface MeasuredServer {
  readonly connection: RawClientOptions;
  /** Microseconds of processor time so far, user and system. */
  cpuMicros(): Promise<number>;
  rssBytes(): Promise<number>;
  stop(): Promise<void>;
}

interface Usage {
  readonly cpuMicros: number;
  readonly rssBytes: number;
}

export async function startMeasuredServer(file: string): Promise<MeasuredServer> {
  const child = fork(file, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const connection = (await nextMessage(child)) as RawClientOptions;
  const ask = async (): Promise<Usage> => {
    const answer = nextMessage(child);
    child.send('usage');
    return (await answer) as Usage;
  };
  return {
    connection,
    cpuMicros: async () => (await ask()).cpuMicros,
    rssBytes: async () => (await ask()).rssBytes,
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
  process.on('message', message => {
    if (message === 'stop') {
      stop().then(() => process.exit(0));
      return;
    }
    const { user, system } = process.cpuUsage();
    process.send!({ cpuMicros: user + system, rssBytes: process.memoryUsage.rss() } satisfies Usage);
  });
  process.send!(connection);
}
