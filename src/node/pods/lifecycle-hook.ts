import type { Container, LifecycleHandler, Pod } from '../../api/generated/index.ts';
import { quoteGo } from '../../machinery/index.ts';
import type { AbortSignalLike, Clock } from '../../world/index.ts';
import { formatPod } from '../facts/index.ts';
import { getHttp } from '../probes/index.ts';
import type { ContainerRuntime, HostProbes } from '../runtime/index.ts';

export interface HookMeans {
  readonly runtime: ContainerRuntime;
  readonly probes: HostProbes;
  readonly clock: Clock;
}

export interface HookTarget {
  readonly pod: Pod;
  readonly container: Container;
  readonly containerId: string;
  readonly podIP: string;
}

/** How long an HTTP hook may take where nothing else ends it. */
const httpTimeoutMs = 30_000;

/** Kubernetes: handlerRunner.Run. Rejects with upstream's text when the hook fails, and when `signal` aborts. */
export async function runHook(
  means: HookMeans,
  handler: LifecycleHandler,
  target: HookTarget,
  signal: AbortSignalLike,
): Promise<void> {
  if (handler.exec !== undefined) return runCommand(means, handler.exec.command ?? [], target);
  if (handler.httpGet !== undefined) return callHttp(means, handler.httpGet, target);
  if (handler.sleep !== undefined) return means.clock.sleep(handler.sleep.seconds * 1000, signal);
  throw new Error('Cannot run handler: invalid handler');
}

async function runCommand({ runtime }: HookMeans, command: readonly string[], target: HookTarget): Promise<void> {
  let problem: string;
  let output = '';
  try {
    const result = await runtime.execSync(target.containerId, command);
    if (result.outcome === 'exited' && result.exitCode === 0) return;
    if (result.outcome === 'exited') {
      output = result.stdout + result.stderr;
      problem = `command '${command.join(' ')}' exited with ${result.exitCode}: ${result.stderr}`;
    } else {
      problem = result.message;
    }
  } catch (error) {
    problem = (error as Error).message;
  }
  const where = `Container ${quoteGo(target.container.name)} in Pod ${quoteGo(formatPod(target.pod))}`;
  throw new Error(
    `Exec lifecycle hook ([${command.join(' ')}]) for ${where} failed - error: ${problem}, message: ${quoteGo(output)}`,
  );
}

/** Kubernetes: any answer will do. */
async function callHttp(
  { probes }: HookMeans,
  action: NonNullable<LifecycleHandler['httpGet']>,
  target: HookTarget,
): Promise<void> {
  const result = await getHttp(probes, action, target, httpTimeoutMs);
  if (result.outcome === 'response') return;
  const where = `Container ${quoteGo(target.container.name)} in Pod ${quoteGo(formatPod(target.pod))}`;
  throw new Error(`HTTP lifecycle hook (${action.path ?? ''}) for ${where} failed - error: ${result.message}`);
}
