import type { Container, Pod } from '../../api/generated/index.ts';
import type { AbortSignalLike, World } from '../../world/index.ts';
import { gracePeriodOf, type KillReason, minimumGraceSeconds, orderTermination } from '../decisions/index.ts';
import { findContainer } from '../facts/index.ts';
import type { ContainerRuntime, HostProbes } from '../runtime/index.ts';
import { type RuntimeContainer, type RuntimePod, sandboxIPs } from '../runtime-pods/index.ts';
import { unlessAborted } from './cancellation.ts';
import { runHook } from './lifecycle-hook.ts';
import type { PodEvents } from './pod-events.ts';

export interface StopMeans {
  readonly world: World;
  readonly runtime: ContainerRuntime;
  readonly probes: HostProbes;
  readonly events: PodEvents;
}

export interface StopOrder {
  readonly pod: Pod;
  readonly container: Container;
  readonly containerId: string;
  readonly podIP: string;
  /** For the `Killing` event; default `Stopping container NAME`. */
  readonly message?: string | undefined;
  readonly reason: KillReason;
  /** Instead of the pod's own. */
  readonly graceSeconds?: number | undefined;
  /** What must have happened before the stop signal is sent, if there is time. */
  readonly turn?: Promise<unknown> | undefined;
}

/**
 * Kubernetes: killContainer. The preStop hook, then the stop signal, then SIGKILL, all within the grace period. Rejects
 * when `signal` aborts; what has begun goes on, and may be asked for again with less grace.
 */
export async function stopContainer(means: StopMeans, order: StopOrder, signal: AbortSignalLike): Promise<void> {
  const { pod, container } = order;
  const { clock } = means.world;
  const graceSeconds = order.graceSeconds ?? gracePeriodOf(pod, container, order.reason);
  means.events.ofContainer(
    pod,
    container,
    'Normal',
    'Killing',
    order.message ?? `Stopping container ${container.name}`,
  );
  const begunAt = clock.monotonic();
  const leftMs = (): number => graceSeconds * 1000 - (clock.monotonic() - begunAt);
  if (container.lifecycle?.preStop !== undefined && graceSeconds > 0) {
    await unlessAborted(within(means.world, leftMs(), runPreStop(means, order, signal)), signal);
  }
  if (order.turn !== undefined && leftMs() > 0) {
    await unlessAborted(within(means.world, leftMs(), order.turn), signal);
  }
  // Kubernetes: whole seconds have passed, and at least one is left.
  const remainingSeconds = Math.max(minimumGraceSeconds, Math.ceil(leftMs() / 1000));
  await unlessAborted(means.runtime.stopContainer(order.containerId, remainingSeconds * 1000), signal);
}

/** A hook that fails does not keep the container from being stopped. */
async function runPreStop(means: StopMeans, order: StopOrder, signal: AbortSignalLike): Promise<void> {
  const { pod, container } = order;
  const { runtime, probes, world, events } = means;
  try {
    await runHook({ runtime, probes, clock: world.clock }, container.lifecycle!.preStop!, order, signal);
  } catch (error) {
    if (signal.aborted) return;
    world.log.warn('preStop hook failed', { pod: pod.metadata.name, container: container.name, error });
    // Kubernetes: the text may hold secrets, so the event does not repeat it.
    events.ofContainer(pod, container, 'Warning', 'FailedPreStopHook', 'PreStopHook failed');
  }
}

/** Waits for `work`, but no longer than `limitMs`. */
async function within(world: World, limitMs: number, work: Promise<unknown>): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const timer = world.clock.after(Math.max(0, limitMs), resolve);
    work.then(
      () => {
        timer.cancel();
        resolve();
      },
      error => {
        timer.cancel();
        reject(error);
      },
    );
  });
}

/** Stops all containers of a pod that run, sidecars after those that they serve. */
export async function stopAllContainers(
  means: StopMeans,
  pod: Pod,
  runtimePod: RuntimePod,
  graceSeconds: number | undefined,
  signal: AbortSignalLike,
): Promise<void> {
  const running = runtimePod.containers.filter(({ state }) => state === 'running' || state === 'unknown');
  const prerequisites = orderTermination(
    pod,
    running.map(({ name }) => name),
  );
  const ends = new Map<string, PromiseWithResolvers<void>>();
  for (const { name } of running) ends.set(name, Promise.withResolvers());
  const podIP = sandboxIPs(runtimePod)[0] ?? pod.status?.podIP ?? '';
  const stopOne = async (found: RuntimeContainer): Promise<void> => {
    const before = prerequisites.get(found.name) ?? [];
    const turn = before.length === 0 ? undefined : Promise.all(before.map(name => ends.get(name)?.promise));
    const container = findContainer(pod, found.name) ?? { name: found.name };
    try {
      const order = { pod, container, containerId: found.id, podIP, reason: 'unknown', graceSeconds, turn } as const;
      await stopContainer(means, order, signal);
    } finally {
      ends.get(found.name)?.resolve();
    }
  };
  const results = await Promise.allSettled(running.map(stopOne));
  const failed = results.find(result => result.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}
