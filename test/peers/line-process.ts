import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';

/** A program that tells what happens to it, a line each. */
export class LineProcess implements AsyncDisposable {
  readonly lines: string[] = [];
  readonly #child: ChildProcess;
  readonly #ended: Promise<number>;
  #complaints = '';

  constructor(path: string, args: readonly string[], env: NodeJS.ProcessEnv) {
    this.#child = spawn(path, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
    createInterface({ input: this.#child.stdout! }).on('line', line => this.lines.push(line));
    this.#child.stderr!.setEncoding('utf8').on('data', chunk => {
      this.#complaints += chunk;
    });
    this.#ended = new Promise((resolve, reject) => {
      this.#child.once('error', reject).once('close', code => resolve(code ?? -1));
    });
  }

  /** Resolves to its exit code. */
  get ended(): Promise<number> {
    return this.#ended;
  }

  /** What it has written to standard error. */
  get complaints(): string {
    return this.#complaints;
  }

  /** Resolves when what it has said satisfies. Throws with all that it has said at the limit. */
  async until(what: string, isGood: (lines: readonly string[]) => boolean, limitMs = 60_000): Promise<void> {
    const deadline = performance.now() + limitMs;
    while (!isGood(this.lines)) {
      if (this.#child.exitCode !== null || performance.now() > deadline) {
        throw new Error(`${what}: not within ${limitMs} ms:\n${this.lines.join('\n')}\n${this.#complaints}`);
      }
      await sleep(20);
    }
  }

  signal(name: NodeJS.Signals): void {
    this.#child.kill(name);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) this.#child.kill('SIGKILL');
    await this.#ended;
  }
}
