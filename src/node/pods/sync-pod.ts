import type { Container, Pod } from '../../api/generated/index.ts';
import type { AbortSignalLike } from '../../world/index.ts';
import { ContainerStartError } from '../containers/index.ts';
import type { PodActions } from '../decisions/index.ts';
import { initContainersOf, uidOf } from '../facts/index.ts';
import type { SandboxStatus } from '../runtime/index.ts';
import { type RuntimePod, sandboxIPs } from '../runtime-pods/index.ts';
import type { StartFailure } from '../status/index.ts';
import { type MountedVolume, VolumeError } from '../volumes/index.ts';
import type { PodMeans } from './pod-means.ts';
import { removeSpareContainers } from './remove-spare-containers.ts';
import { startContainer } from './start-container.ts';
import { configureSandbox, startSandbox } from './start-sandbox.ts';
import { stopAllContainers, stopContainer } from './stop-containers.ts';

export interface SyncInput {
  readonly pod: Pod;
  readonly runtimePod: RuntimePod;
  readonly actions: PodActions;
  readonly signal: AbortSignalLike;
  /** Called as soon as a new sandbox has its network. */
  onSandbox(sandbox: SandboxStatus): void;
}

/** What became of the attempts to start containers; by container, `undefined` for one that was started. */
export type StartOutcomes = ReadonlyMap<string, StartFailure | undefined>;

/**
 * Kubernetes: SyncPod. Performs what has been decided. Rejects when something fails that all containers depend on;
 * what fails for one container is told in the outcome.
 */
export async function syncPod(means: PodMeans, input: SyncInput): Promise<StartOutcomes> {
  const { pod, actions } = input;
  const volumes = actions.killPod && !actions.createSandbox ? undefined : await prepare(means, input);
  await stopWhatMustGo(means, input);
  if (volumes === undefined) return new Map();
  const config = await configureSandbox(means, pod, actions.attempt);
  let { sandboxId } = actions;
  let podIPs = pod.spec.hostNetwork === true ? means.facts.hostIPs : sandboxIPs(input.runtimePod);
  if (actions.createSandbox) {
    for (const container of [...actions.initContainersToStart, ...actions.containersToStart]) {
      means.images.lookAhead(pod, container);
    }
    const sandbox = await startSandbox(means, pod, config);
    sandboxId = sandbox.id;
    if (pod.spec.hostNetwork !== true) podIPs = sandbox.ips;
    input.onSandbox(sandbox);
  }
  if (sandboxId === undefined) return new Map();
  const { runtimePod, signal } = input;
  const place = { pod, runtimePod, sandboxId, sandboxConfig: config, podIPs, volumes, signal };
  return startAll(input, container => startContainer(means, place, container));
}

/** Cgroup, directories and volumes. */
async function prepare(means: PodMeans, { pod, signal }: SyncInput): Promise<ReadonlyMap<string, MountedVolume>> {
  if (means.facts.networkProblem !== undefined && pod.spec.hostNetwork !== true) {
    const message = `network is not ready: ${means.facts.networkProblem}`;
    means.events.ofPod(pod, 'Warning', 'NetworkNotReady', message);
    throw new Error(message);
  }
  const directory = means.paths.pod(uidOf(pod));
  await Promise.all([
    ensureCgroup(means, pod),
    means.host.files.makeDirectory(directory, { mode: 0o750 }),
    means.objects.register(pod),
    means.services.synced(),
  ]);
  if (signal.aborted) throw signal.reason;
  return setUpVolumes(means, pod);
}

async function ensureCgroup(means: PodMeans, pod: Pod): Promise<void> {
  try {
    await means.cgroups.ensure(pod);
  } catch (error) {
    const message = `unable to ensure pod container exists: ${(error as Error).message}`;
    means.events.ofPod(pod, 'Warning', 'FailedCreatePodContainer', message);
    throw error;
  }
}

/** Also brings the contents of volumes up to date. */
export async function setUpVolumes(means: PodMeans, pod: Pod): Promise<ReadonlyMap<string, MountedVolume>> {
  const { hostIPs, allocatable } = means.facts;
  const podIPs = means.statuses.get(uidOf(pod))?.podIPs?.map(({ ip }) => ip ?? '') ?? [];
  try {
    return await means.volumes.setUp(pod, { addresses: { podIPs, hostIPs }, allocatable });
  } catch (error) {
    if (error instanceof VolumeError) {
      for (const message of error.messages) means.events.ofPod(pod, 'Warning', 'FailedMount', message);
    }
    throw error;
  }
}

async function stopWhatMustGo(means: PodMeans, { pod, runtimePod, actions, signal }: SyncInput): Promise<void> {
  const stopping = { world: means.world, runtime: means.runtime, probes: means.host.probes, events: means.events };
  if (actions.killPod) {
    if (actions.createSandbox && actions.sandboxId !== undefined) {
      const message = 'Pod sandbox changed, it will be killed and re-created.';
      means.events.ofPod(pod, 'Normal', 'SandboxChanged', message);
    }
    await stopAllContainers(stopping, pod, runtimePod, undefined, signal);
    for (const sandbox of runtimePod.sandboxes) await means.runtime.stopPodSandbox(sandbox.id);
    if (actions.createSandbox) await removeInitContainers(means, pod, runtimePod);
    return;
  }
  const podIP = sandboxIPs(runtimePod)[0] ?? '';
  for (const kill of actions.containersToKill) {
    await stopContainer(stopping, { pod, podIP, ...kill }, signal);
  }
  await removeSpareContainers(means, runtimePod);
}

/** In a new sandbox they have to run again. */
async function removeInitContainers(means: PodMeans, pod: Pod, runtimePod: RuntimePod): Promise<void> {
  const names = initContainersOf(pod).map(({ name }) => name);
  for (const found of runtimePod.containers) {
    if (names.includes(found.name)) await means.runtime.removeContainer(found.id);
  }
}

/** In order; an init container that cannot be started holds up all behind it, a sidecar does not. */
async function startAll(
  { actions }: SyncInput,
  start: (container: Container) => Promise<void>,
): Promise<StartOutcomes> {
  const outcomes = new Map<string, StartFailure | undefined>();
  for (const container of actions.ephemeralContainersToStart) await attempt(container, start, outcomes);
  for (const container of actions.initContainersToStart) {
    const hasStarted = await attempt(container, start, outcomes);
    if (!hasStarted && container.restartPolicy !== 'Always') return outcomes;
  }
  for (const container of actions.containersToStart) await attempt(container, start, outcomes);
  return outcomes;
}

async function attempt(
  container: Container,
  start: (container: Container) => Promise<void>,
  outcomes: Map<string, StartFailure | undefined>,
): Promise<boolean> {
  try {
    await start(container);
    outcomes.set(container.name, undefined);
    return true;
  } catch (error) {
    if (!(error instanceof ContainerStartError)) throw error;
    const { reason, message, retryAt } = error;
    outcomes.set(container.name, { reason, message, retryAt });
    return false;
  }
}
