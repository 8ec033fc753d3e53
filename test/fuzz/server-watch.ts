import { readFileSync } from 'node:fs';
import type { FuzzConnection } from './fuzz-connection.ts';

const probeEveryMs = 100;

/** How the server fares while others ask: the longest time that a trivial request has waited, and its memory. */
export class ServerWatch {
  readonly #connection: FuzzConnection;
  readonly #pid: number | undefined;
  #isClosed = false;
  #running: Promise<void> = Promise.resolve();
  longestWaitMs = 0;
  /** Our own event loop's, which bounds what can be said of the server's. */
  longestOwnStallMs = 0;
  memoryMaxBytes = 0;
  memoryLastBytes = 0;
  /** Waits that are the server's fault and longer than a second. */
  readonly stalls: number[] = [];

  constructor(connection: FuzzConnection, pid: number | undefined) {
    this.#connection = connection;
    this.#pid = pid;
  }

  start(): void {
    this.#running = this.#watch();
  }

  async stop(): Promise<void> {
    this.#isClosed = true;
    await this.#running;
  }

  async #watch(): Promise<void> {
    while (!this.#isClosed) {
      const asleep = performance.now();
      await new Promise(resolve => setTimeout(resolve, probeEveryMs));
      const ownMs = performance.now() - asleep - probeEveryMs;
      this.longestOwnStallMs = Math.max(this.longestOwnStallMs, ownMs);
      const cpuBefore = this.#readCpuTicks();
      const { tookMs } = await this.#connection.send({ method: 'GET', path: '/livez/ping', headers: {} });
      this.longestWaitMs = Math.max(this.longestWaitMs, tookMs);
      // A machine that others keep busy makes everybody wait: a stall is time in which the server itself computed.
      const computedMs = (this.#readCpuTicks() - cpuBefore) * 10;
      if (computedMs > 1_000 && computedMs > tookMs / 2) this.stalls.push(Math.round(tookMs));
      this.#noteMemory();
    }
  }

  #readCpuTicks(): number {
    if (this.#pid === undefined) return 0;
    const fields = readFileSync(`/proc/${this.#pid}/stat`, 'utf8').split(') ')[1]!.split(' ');
    return Number(fields[11]) + Number(fields[12]);
  }

  #noteMemory(): void {
    if (this.#pid === undefined) return;
    const pages = Number(readFileSync(`/proc/${this.#pid}/statm`, 'utf8').split(' ')[1]);
    this.memoryLastBytes = pages * 4096;
    this.memoryMaxBytes = Math.max(this.memoryMaxBytes, this.memoryLastBytes);
  }
}
