import assert from 'node:assert/strict';
import { type Kubectl, type KubectlOutcome, runKubectl } from '../api-server/kubectl.ts';

/** A kubectl bound to a cluster, and to a namespace of its own. */
export interface BoundKubectl {
  /** Runs it, asserts that it succeeds, and resolves to its standard output. */
  (...args: readonly string[]): Promise<string>;
  /** The same with something on standard input. */
  fed(input: string | Buffer, ...args: readonly string[]): Promise<string>;
  /** Runs it whatever comes of it. */
  attempt(args: readonly string[], input?: string | Buffer): Promise<KubectlOutcome>;
  /** Its version as a number: 1.27 → 27. */
  readonly minor: number;
}

export function bindKubectl(kubectl: Kubectl, kubeconfig: string, namespace: string): BoundKubectl {
  const attempt = (args: readonly string[], input?: string | Buffer): Promise<KubectlOutcome> =>
    runKubectl(kubectl, kubeconfig, ['--namespace', namespace, ...args], input);
  const succeed = async (args: readonly string[], input?: string | Buffer): Promise<string> => {
    const { code, stdout, stderr } = await attempt(args, input);
    assert.equal(code, 0, `kubectl ${kubectl.version} ${args.join(' ')}\n${stderr}${stdout}`);
    return stdout.toString();
  };
  return Object.assign((...args: readonly string[]) => succeed(args), {
    fed: (input: string | Buffer, ...args: readonly string[]) => succeed(args, input),
    attempt,
    minor: Number(kubectl.version.split('.')[1]),
  });
}

/** Asks again and again until the answer satisfies, or the time is over; then says the last answer. */
export async function eventually<T>(
  what: string,
  ask: () => Promise<T>,
  isGood: (answer: T) => boolean,
  limitMs = 30_000,
): Promise<T> {
  const deadline = performance.now() + limitMs;
  for (;;) {
    const answer = await ask();
    if (isGood(answer)) return answer;
    if (performance.now() > deadline)
      assert.fail(`${what}: not within ${limitMs} ms; at last: ${JSON.stringify(answer)}`);
    await new Promise(resolve => setTimeout(resolve, 50));
  }
}
