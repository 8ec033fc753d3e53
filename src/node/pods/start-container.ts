import type { Container, Pod, Service } from '../../api/generated/index.ts';
import { formatGoDuration } from '../../machinery/index.ts';
import type { AbortSignalLike } from '../../world/index.ts';
import { buildContainerConfig, ContainerStartError } from '../containers/index.ts';
import { buildEnvironment } from '../env/index.ts';
import { formatPod, uidOf } from '../facts/index.ts';
import type { ProvidedImage, SayAboutContainer } from '../images/index.ts';
import { extendHostsFile, formatHostsFile } from '../network-files/index.ts';
import { type ContainerConfig, type ContainerMount, RuntimeError, type SandboxConfig } from '../runtime/index.ts';
import { findRuntimeContainer, hashContainer, type RuntimePod } from '../runtime-pods/index.ts';
import { type MountedVolume, mountVolumes } from '../volumes/index.ts';
import { describeRuntimeError } from './describe-runtime-error.ts';
import { runHook } from './lifecycle-hook.ts';
import type { PodMeans } from './pod-means.ts';
import { stopContainer } from './stop-containers.ts';

/** Where a container is started: the pod's sandbox as it is now. */
export interface StartPlace {
  readonly pod: Pod;
  readonly runtimePod: RuntimePod;
  readonly sandboxId: string;
  readonly sandboxConfig: SandboxConfig;
  readonly podIPs: readonly string[];
  readonly volumes: ReadonlyMap<string, MountedVolume>;
  readonly signal: AbortSignalLike;
}

/**
 * Kubernetes: startContainer. Back-off, image, configuration, creation, start, postStart hook. Rejects with a
 * `ContainerStartError` whose reason and message the container's status then shows.
 */
export async function startContainer(means: PodMeans, place: StartPlace, container: Container): Promise<void> {
  refuseInBackOff(means, place, container);
  const { pod, signal } = place;
  const image = await provideImage(means, pod, container, signal);
  const images = await mountImages(means, pod, container, signal);
  const volumes = images.size === 0 ? place.volumes : new Map([...place.volumes, ...images]);
  const config = await configure(means, { ...place, volumes }, container, image);
  const containerId = await createAndStart(means, place, container, config);
  await runPostStart(means, place, container, containerId);
}

/** Kubernetes: doBackOff. Counts from the end of the last run. */
function refuseInBackOff(means: PodMeans, { pod, runtimePod }: StartPlace, container: Container): void {
  const last = runtimePod.containers.find(({ name, state }) => name === container.name && state === 'exited');
  if (last === undefined) return;
  const { metadata } = pod;
  const now = means.world.clock.now();
  const endedAt = last.finishedAt ?? last.createdAt;
  const key = `${metadata.uid}_${container.name}_${hashContainer(container)}`;
  const pending = means.crashLoops.pending(key, endedAt, now);
  if (pending === undefined) {
    means.crashLoops.next(key, endedAt, now);
    return;
  }
  const where = formatPod(pod);
  const message = `Back-off restarting failed container ${container.name} in pod ${where}`;
  means.events.ofContainer(pod, container, 'Warning', 'BackOff', message);
  const delay = formatGoDuration(pending.delayMs * 1e6);
  throw new ContainerStartError(
    'CrashLoopBackOff',
    `back-off ${delay} restarting failed container=${container.name} pod=${where}`,
    pending.endsAt,
  );
}

async function provideImage(
  means: PodMeans,
  pod: Pod,
  container: Container,
  signal: AbortSignalLike,
): Promise<ProvidedImage> {
  const say: SayAboutContainer = (type, reason, message) =>
    means.events.ofContainer(pod, container, type, reason, message);
  try {
    return await means.images.provide(pod, container, say, signal);
  } catch (error) {
    if (error instanceof ContainerStartError) say('Warning', 'Failed', `Error: ${error.reason}`);
    throw error;
  }
}

/** Kubernetes: what goes wrong with an image that is a volume is told as if it were the container's own. */
async function mountImages(
  means: PodMeans,
  pod: Pod,
  container: Container,
  signal: AbortSignalLike,
): Promise<ReadonlyMap<string, MountedVolume>> {
  const say: SayAboutContainer = (type, reason, message) => means.events.ofPod(pod, type, reason, message);
  try {
    return await means.imageVolumes.setUp(pod, container, say, signal);
  } catch (error) {
    if (!(error instanceof ContainerStartError)) throw fail(means, pod, container, 'CreateContainerError', error);
    means.events.ofContainer(pod, container, 'Warning', 'Failed', `Error: ${error.message}`);
    throw error;
  }
}

async function configure(
  means: PodMeans,
  place: StartPlace,
  container: Container,
  image: ProvidedImage,
): Promise<ContainerConfig> {
  const { pod, podIPs } = place;
  try {
    const restartCount = await countRestarts(means, place, container);
    const environment = buildEnvironment({
      pod,
      container,
      addresses: { podIPs, hostIPs: means.facts.hostIPs },
      allocatable: means.facts.allocatable,
      services: means.services.list() as readonly Service[],
      objects: means.objects,
    });
    const mounts = [
      ...(await mountVolumes(means.host, container, place.volumes, environment)),
      ...(await mountOwnFiles(means, place, container, restartCount)),
    ];
    const logDirectory = `${means.paths.podLogs(pod)}/${container.name}`;
    await means.host.files.makeDirectory(logDirectory, { mode: 0o755 });
    return buildContainerConfig({
      pod,
      container,
      restartCount,
      imageRef: image.ref,
      imageUser: { uid: image.summary?.uid, username: image.summary?.username },
      environment,
      mounts,
      memoryCapacityBytes: means.facts.memoryCapacityBytes,
      seccompRoot: `${means.paths.root}/seccomp`,
      pidTarget: findPidTarget(place, container),
    });
  } catch (error) {
    throw fail(means, pod, container, 'CreateContainerConfigError', error);
  }
}

/** After a reboot the runtime may have forgotten what ran: the log files still tell how often. */
async function countRestarts(means: PodMeans, { pod, runtimePod }: StartPlace, container: Container): Promise<number> {
  const last = findRuntimeContainer(runtimePod, container.name);
  if (last !== undefined) return last.restartCount + 1;
  const names = (await means.host.files.list(`${means.paths.podLogs(pod)}/${container.name}`)) ?? [];
  const counts = names.map(name => /^(\d+)\.log/.exec(name)?.[1]).filter(count => count !== undefined);
  return counts.length === 0 ? 0 : Math.max(...counts.map(Number)) + 1;
}

/** The hosts file, and the file for the container's last words. */
async function mountOwnFiles(
  means: PodMeans,
  place: StartPlace,
  container: Container,
  restartCount: number,
): Promise<ContainerMount[]> {
  const { pod, podIPs } = place;
  const { files } = means.host;
  const uid = uidOf(pod);
  const mounts: ContainerMount[] = [];
  const hasOwnHosts = container.volumeMounts?.some(mount => mount.mountPath === hostsPath) === true;
  if (!hasOwnHosts && (podIPs.length > 0 || pod.spec.hostNetwork === true)) {
    const path = means.paths.hostsFile(uid);
    await files.write(path, await hostsTextOf(means, pod, podIPs), { mode: 0o644 });
    mounts.push({ hostPath: path, containerPath: hostsPath });
  }
  if (container.terminationMessagePath !== undefined && container.terminationMessagePath !== '') {
    const directory = means.paths.container(uid, container.name);
    await files.makeDirectory(directory);
    const path = `${directory}/${restartCount}`;
    await files.write(path, '', { mode: 0o666 });
    mounts.push({ hostPath: path, containerPath: container.terminationMessagePath });
  }
  return mounts;
}

const hostsPath = '/etc/hosts';

async function hostsTextOf(means: PodMeans, pod: Pod, podIPs: readonly string[]): Promise<string> {
  if (pod.spec.hostNetwork !== true) return formatHostsFile(pod, podIPs, means.dns.domain);
  return extendHostsFile(pod, (await means.host.files.readText(hostsPath)) ?? '');
}

/** Kubernetes: an ephemeral container may look into another one's processes. */
function findPidTarget({ pod, runtimePod }: StartPlace, container: Container): string | undefined {
  const name = pod.spec.ephemeralContainers?.find(candidate => candidate.name === container.name)?.targetContainerName;
  if (name === undefined || name === '') return undefined;
  const target = findRuntimeContainer(runtimePod, name);
  if (target === undefined) throw new Error(`unable to find target container ${name}`);
  return target.id;
}

async function createAndStart(
  means: PodMeans,
  { pod, sandboxId, sandboxConfig }: StartPlace,
  container: Container,
  config: ContainerConfig,
): Promise<string> {
  let containerId: string | undefined;
  let reason = 'CreateContainerError';
  try {
    containerId = await means.runtime.createContainer(sandboxId, config, sandboxConfig);
    means.events.ofContainer(pod, container, 'Normal', 'Created', 'Container created');
    reason = 'RunContainerError';
    await means.runtime.startContainer(containerId);
  } catch (error) {
    await refuseLostSandbox(means, sandboxId, containerId, error);
    throw fail(means, pod, container, reason, error);
  }
  means.events.ofContainer(pod, container, 'Normal', 'Started', 'Container started');
  return containerId;
}

/**
 * A container that dies may be the first sign that its whole sandbox does. That it cannot be started there is no failure
 * of its own: no trace of the attempt may stay, and the pod needs a new sandbox.
 */
async function refuseLostSandbox(
  means: PodMeans,
  sandboxId: string,
  containerId: string | undefined,
  error: unknown,
): Promise<void> {
  const [sandbox] = await means.runtime.listPodSandboxes({ id: sandboxId });
  const isLost = sandbox?.state !== 'ready' || /sandbox container .* is not running/.test(describeRuntimeError(error));
  if (!isLost) return;
  if (containerId !== undefined) await means.runtime.removeContainer(containerId);
  throw new RuntimeError('unavailable', `the sandbox has ended: ${describeRuntimeError(error)}`);
}

async function runPostStart(
  means: PodMeans,
  place: StartPlace,
  container: Container,
  containerId: string,
): Promise<void> {
  const handler = container.lifecycle?.postStart;
  if (handler === undefined) return;
  const { pod, signal } = place;
  const podIP = place.podIPs[0] ?? '';
  const { world, runtime, host, events } = means;
  try {
    const hook = { pod, container, containerId, podIP };
    await runHook({ runtime, probes: host.probes, clock: world.clock }, handler, hook, signal);
  } catch (error) {
    if (signal.aborted) throw error;
    world.log.warn('postStart hook failed', { pod: pod.metadata.name, container: container.name, error });
    // Kubernetes: the text may hold secrets, so the event does not repeat it.
    events.ofContainer(pod, container, 'Warning', 'FailedPostStartHook', 'PostStartHook failed');
    const order = {
      pod,
      container,
      containerId,
      podIP,
      message: 'FailedPostStartHook',
      reason: 'failedPostStartHook',
    } as const;
    await stopContainer({ world, runtime, probes: host.probes, events }, order, signal);
    throw new ContainerStartError('PostStartHookError', (error as Error).message);
  }
}

function fail(means: PodMeans, pod: Pod, container: Container, reason: string, error: unknown): ContainerStartError {
  const message = error instanceof Error ? error.message : String(error);
  means.events.ofContainer(pod, container, 'Warning', 'Failed', `Error: ${message}`);
  return new ContainerStartError(reason, message);
}
