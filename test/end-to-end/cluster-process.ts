import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../..');

export interface SampanExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** `sampan …` as a process of its own, as a person starts it. */
export class SampanProcess {
  readonly #child: ChildProcess;
  readonly #closed: Promise<unknown>;
  #stdout = '';
  #stderr = '';

  constructor(args: readonly string[], env: NodeJS.ProcessEnv = {}) {
    this.#child = spawn(process.execPath, [join(root, 'bin/sampan.js'), ...args], {
      cwd: root,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child.stdout?.setEncoding('utf8').on('data', chunk => {
      this.#stdout += chunk;
    });
    this.#child.stderr?.setEncoding('utf8').on('data', chunk => {
      this.#stderr += chunk;
    });
    this.#closed = once(this.#child, 'close');
  }

  get pid(): number {
    return this.#child.pid!;
  }

  get stdout(): string {
    return this.#stdout;
  }

  get stderr(): string {
    return this.#stderr;
  }

  get exitCode(): number | null {
    return this.#child.exitCode;
  }

  get hasExited(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  signal(name: NodeJS.Signals): void {
    this.#child.kill(name);
  }

  async exit(): Promise<SampanExit> {
    await this.#closed;
    const { exitCode: code, signalCode: signal } = this.#child;
    return { code, signal, stdout: this.#stdout, stderr: this.#stderr };
  }

  /** Resolves when standard output matches; rejects with all that was said when the process ends before. */
  async waitForOutput(pattern: RegExp): Promise<void> {
    const stdout = this.#child.stdout!;
    const ended = this.#closed.then(() => 'ended' as const);
    while (!pattern.test(this.#stdout)) {
      const next = new AbortController();
      const said = once(stdout, 'data', { signal: next.signal }).then(
        () => 'said' as const,
        () => 'aborted' as const,
      );
      const what = await Promise.race([said, ended]);
      next.abort();
      if (what === 'ended' && !pattern.test(this.#stdout))
        throw new Error(
          `sampan ended (${this.#child.exitCode}) before it said ${pattern}:\n${this.#stdout}${this.#stderr}`,
        );
    }
  }
}

const commandLimitMs = 60_000;

/** Runs a `sampan` command to its end. One that should end and does not is killed, and says so by its signal. */
export async function runSampan(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<SampanExit> {
  const process = new SampanProcess(args, env);
  const timer = setTimeout(() => process.signal('SIGKILL'), commandLimitMs);
  const exit = await process.exit();
  clearTimeout(timer);
  return exit;
}

/** A cluster of `sampan up`, or a control plane of `sampan server`, with a data directory of its own. */
export class TestCluster implements AsyncDisposable {
  readonly directory: string;
  readonly process: SampanProcess;
  readonly #ownsDirectory: boolean;
  #wasEnded = false;

  private constructor(directory: string, ownsDirectory: boolean, process: SampanProcess) {
    this.directory = directory;
    this.process = process;
    this.#ownsDirectory = ownsDirectory;
  }

  /** Resolves when it is ready. Without `--data-dir` among the arguments it gets a folder that goes with it. */
  static async start(
    args: readonly string[],
    directory?: string,
    command: 'up' | 'server' = 'up',
  ): Promise<TestCluster> {
    const place = directory ?? newDirectory();
    const process = new SampanProcess([command, '--data-dir', place, '--port', '0', ...args]);
    const cluster = new TestCluster(place, directory === undefined, process);
    try {
      await process.waitForOutput(/^sampan is ready$/m);
    } catch (error) {
      await cluster[Symbol.asyncDispose]();
      throw error;
    }
    return cluster;
  }

  get kubeconfig(): string {
    return join(this.directory, 'admin.kubeconfig');
  }

  /** As Ctrl-C does. */
  async stop(): Promise<SampanExit> {
    this.#wasEnded = true;
    this.process.signal('SIGINT');
    return this.process.exit();
  }

  async kill(): Promise<SampanExit> {
    this.#wasEnded = true;
    this.process.signal('SIGKILL');
    return this.process.exit();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const isUnexpected = this.process.hasExited && !this.#wasEnded;
    if (!this.process.hasExited) await this.stop();
    if (this.#ownsDirectory && this.process.exitCode === 0) rmSync(this.directory, { recursive: true, force: true });
    else if (this.#ownsDirectory) await removeDirectory(this.directory);
    if (isUnexpected) throw new Error(`sampan ended by itself:\n${this.process.stderr}`);
  }
}

/** Removes a data directory; whatever a kill has left running there is taken over first, and stopped. */
export async function removeDirectory(directory: string): Promise<void> {
  if (existsSync(join(directory, 'containerd'))) {
    const process = new SampanProcess(['up', '--data-dir', directory, '--port', '0']);
    // What matters is that it stops; a start that fails has said so elsewhere.
    await process.waitForOutput(/^sampan is ready$/m).catch(() => undefined);
    process.signal('SIGINT');
    await process.exit();
  }
  rmSync(directory, { recursive: true, force: true });
}

/** Not on a tmpfs: a store's durability and a container's layers want a real disk. */
export function newDirectory(): string {
  return mkdtempSync(join(process.platform === 'linux' ? '/var/tmp' : tmpdir(), 'sampan-e2e-'));
}
