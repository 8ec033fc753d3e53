import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, realpathSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';

export interface Kubectl {
  readonly path: string;
  /** `1.33`; empty where only the program itself knows. */
  readonly version: string;
}

/** Every kubectl at hand, the oldest first: the one in the path, and others that lie beside it as `kubectl.1.27`. */
export function findKubectls(): readonly Kubectl[] {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  const found = new Map<string, Kubectl>();
  for (const folder of folders) {
    for (const beside of namesIn(folder).includes('kubectl') ? [dirname(realpathSync(join(folder, 'kubectl')))] : []) {
      for (const name of namesIn(beside)) {
        const match = /^kubectl(?:\.(\d+\.\d+))?$/.exec(name);
        if (match !== null) found.set(join(beside, name), { path: join(beside, name), version: match[1] ?? '' });
      }
    }
  }
  return [...found.values()].sort(
    (a, b) => Number(a.version.split('.')[1] ?? 0) - Number(b.version.split('.')[1] ?? 0),
  );
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    // A folder of the path that is not there.
    return [];
  }
}

export interface KubectlOutcome {
  readonly stdout: Buffer;
  readonly stderr: string;
  readonly code: number;
}

const home = mkdtempSync(join(tmpdir(), 'sampan-kubectl-'));

function start(kubectl: Kubectl, kubeconfig: string, args: readonly string[]) {
  // A home of its own, so that no other cluster's discovery is taken for this one's.
  return spawn(kubectl.path, args, { env: { ...process.env, KUBECONFIG: kubeconfig, HOME: home } });
}

/** Runs kubectl to its end. */
export function runKubectl(
  kubectl: Kubectl,
  kubeconfig: string,
  args: readonly string[],
  input?: Buffer | string,
): Promise<KubectlOutcome> {
  const child = start(kubectl, kubeconfig, args);
  const stdout: Buffer[] = [];
  let stderr = '';
  child.stdout.on('data', chunk => stdout.push(chunk));
  child.stderr.on('data', chunk => {
    stderr += chunk;
  });
  child.stdin.on('error', () => {});
  child.stdin.end(input);
  return new Promise(resolve => {
    child.on('close', code => resolve({ stdout: Buffer.concat(stdout), stderr, code: code ?? -1 }));
  });
}

/** Starts a kubectl that stays. */
export function startKubectl(kubectl: Kubectl, kubeconfig: string, args: readonly string[]) {
  const child = start(kubectl, kubeconfig, args);
  let text = '';
  let wake = (): void => {};
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', chunk => {
      text += chunk;
      wake();
    });
  }
  const closed = new Promise<void>(resolve => child.on('close', () => resolve()));
  return {
    /** Resolves to what matched; rejects when kubectl ends before. */
    async waitFor(pattern: RegExp): Promise<string> {
      let hasEnded = false;
      void closed.then(() => {
        hasEnded = true;
        wake();
      });
      for (;;) {
        const match = pattern.exec(text);
        if (match !== null) return match[0];
        if (hasEnded) throw new Error(`kubectl ended without ${pattern}: ${text}`);
        await new Promise<void>(resolve => {
          wake = resolve;
        });
      }
    },
    async stop(): Promise<void> {
      child.kill();
      await closed;
    },
  };
}
