import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { openSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

export interface PeerOptions {
  /** For messages: `etcd`. */
  readonly name: string;
  readonly path: string;
  readonly args: readonly string[];
  /** Where its standard output and error go. */
  readonly log: string;
  readonly env?: NodeJS.ProcessEnv | undefined;
}

const pollMs = 50;
const stopLimitMs = 10_000;

/** A program of upstream that runs beside us; its output is in a file. */
export class PeerProcess implements AsyncDisposable {
  readonly name: string;
  readonly log: string;
  readonly #child: ChildProcess;
  readonly #closed: Promise<unknown>;

  constructor({ name, path, args, log, env }: PeerOptions) {
    this.name = name;
    this.log = log;
    const output = openSync(log, 'a');
    this.#child = spawn(path, args, { env: { ...process.env, ...env }, stdio: ['ignore', output, output] });
    // `once` would reject on an error such as a missing program; `hasExited` tells of it as well.
    this.#closed = new Promise<void>(resolve => {
      this.#child.once('close', () => resolve()).once('error', () => resolve());
    });
  }

  get pid(): number {
    return this.#child.pid ?? -1;
  }

  get hasExited(): boolean {
    return this.#child.pid === undefined || this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  /** All that it has said. */
  readLog(): string {
    return readFileSync(this.log, 'utf8');
  }

  /** Asks again and again until the answer is true. Throws with the end of its log when it ends before, or at the limit. */
  async until(what: string, ask: () => Promise<boolean>, limitMs = 60_000): Promise<void> {
    const deadline = performance.now() + limitMs;
    for (;;) {
      if (this.hasExited) throw new Error(`${this.name} ended before it was ${what}:\n${this.lastWords()}`);
      if (await ask()) return;
      if (performance.now() > deadline) {
        throw new Error(`${this.name} was not ${what} within ${limitMs / 1000} s:\n${this.lastWords()}`);
      }
      await sleep(pollMs);
    }
  }

  /** Ends it, by force when it does not heed the signal. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    if (this.hasExited) return;
    this.#child.kill(signal);
    const hasClosed = await Promise.race([this.#closed.then(() => true), sleep(stopLimitMs, false, { ref: false })]);
    if (hasClosed) return;
    this.#child.kill('SIGKILL');
    await once(this.#child, 'close');
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  /** The end of its log. */
  lastWords(): string {
    return this.readLog().trim().split('\n').slice(-15).join('\n');
  }
}
