import type { Client, Informers } from '../client/index.ts';
import type { World } from '../world/index.ts';
import { assembleNode, type NodeParts } from './assemble-node.ts';
import { type KubeletRequest, type KubeletResponse, NodeConnections } from './connections/index.ts';
import { KubeletApi } from './kubelet-api/index.ts';
import { defaultStopGraceMs, type NodeAgentOptions } from './options.ts';
import { Cancellation, type PodWorker, stopAllContainers, unlessAborted } from './pods/index.ts';
import type { ContainerRuntime, Host } from './runtime/index.ts';
import { ownerLabel } from './runtime-pods/index.ts';

const retryMsMin = 200;
const retryMsMax = 7000;
/** Kubernetes: without a grace period of its own a pod has thirty seconds. */
const defaultGraceSeconds = 30;

/** One node: its registration, its pods, and the way into them. */
export class NodeAgent {
  /** How the API server reaches this node's pods. */
  readonly connections: NodeConnections;
  readonly #world: World;
  readonly #options: NodeAgentOptions;
  readonly #parts: NodeParts;
  #takingOver: Promise<void> = Promise.resolve();
  readonly #stopping = new Cancellation();

  constructor(
    world: World,
    client: Client,
    informers: Informers,
    runtime: ContainerRuntime,
    host: Host,
    options: NodeAgentOptions,
  ) {
    this.#world = world;
    this.#options = options;
    this.#parts = assembleNode({ world, client, informers, runtime, host }, options);
    const { means, workers } = this.#parts;
    const ask = (request: KubeletRequest): Promise<KubeletResponse> => kubelet.handle(request);
    this.connections = new NodeConnections(world, runtime, host, workers, async ({ metadata }, request) =>
      metadata.name === options.name ? ask(request) : undefined,
    );
    const kubelet = new KubeletApi({
      world,
      runtime,
      host,
      workers,
      options,
      paths: means.paths,
      nodeName: options.name,
      startedAt: world.clock.now(),
      connections: this.connections,
    });
  }

  /** Resolves when the Node is registered; it becomes Ready and takes over its pods as soon as the runtime answers. */
  async start(): Promise<void> {
    const { reporter, lease, podInformer, nodeInformer, rotator, storageLimits } = this.#parts;
    await this.#prepareDirectories();
    podInformer.start();
    nodeInformer.start();
    await this.#persist('register the node', () => reporter.start());
    if (this.#stopping.signal.aborted) return;
    lease.start();
    rotator.start();
    storageLimits.start();
    this.#takingOver = this.#persist('take over pods', () => this.#takeOver());
    this.#world.tasks.spawn('take over pods', () => this.#takingOver);
  }

  /** Pods are stopped unless they are to be kept; their objects stay, and the next start makes them run again. */
  async stop(): Promise<void> {
    if (this.#stopping.signal.aborted) return;
    this.#stopping.cancel('the node agent stops');
    const { reporter, lease, workers, rotator, storageLimits, podInformer, nodeInformer, means } = this.#parts;
    rotator.stop();
    storageLimits.stop();
    means.probes.stop();
    await workers.stop();
    await this.#takingOver;
    if (this.#options.keepPods !== true) await this.#stopPods();
    means.statuses.stop();
    lease.stop();
    reporter.stop();
    means.objects.stop();
    podInformer.stop();
    nodeInformer.stop();
  }

  async #prepareDirectories(): Promise<void> {
    const { host, paths } = this.#parts.means;
    for (const path of [paths.root, paths.pods, paths.logs, paths.memory]) await host.files.makeDirectory(path);
    await host.mounts.mountTmpfs(paths.memory, { mode: 0o755 });
  }

  async #takeOver(): Promise<void> {
    const { reporter, means, workers } = this.#parts;
    await means.cgroups.prepare(reporter.cpuCount * 1000);
    await workers.start();
  }

  async #persist(what: string, work: () => Promise<void>): Promise<void> {
    const { signal } = this.#stopping;
    for (let failures = 0; !signal.aborted; failures++) {
      try {
        return await unlessAborted(work(), signal);
      } catch (error) {
        if (signal.aborted) return;
        const delayMs = Math.min(retryMsMax, retryMsMin * 2 ** failures);
        const text = error instanceof Error ? error.message : String(error);
        this.#world.log.child('node').warn(`cannot ${what}; trying again`, { delayMs, error: text });
        await unlessAborted(this.#world.clock.sleep(delayMs), signal).catch(() => {
          // Stopped meanwhile: the loop ends.
        });
      }
    }
  }

  async #stopPods(): Promise<void> {
    const { workers, means } = this.#parts;
    const results = await Promise.allSettled(workers.list().map(worker => this.#stopPod(worker)));
    const failed = results.find(result => result.status === 'rejected');
    if (failed !== undefined) {
      this.#world.log.child('node').warn('not all pods could be stopped', { error: String(failed.reason) });
      return;
    }
    // Those that had not been taken over yet.
    const { runtime, paths, host } = means;
    const sandboxes = await runtime.listPodSandboxes({ state: 'ready', labels: { [ownerLabel]: paths.owner } });
    await Promise.all(sandboxes.map(({ id }) => runtime.stopPodSandbox(id)));
    await host.mounts.unmount(paths.memory);
  }

  async #stopPod({ pod, runtimePod }: PodWorker): Promise<void> {
    if (runtimePod === undefined) return;
    const { world, runtime, host, events } = this.#parts.means;
    const limitSeconds = Math.ceil((this.#options.stopGraceMs ?? defaultStopGraceMs) / 1000);
    const graceSeconds = Math.min(limitSeconds, pod.spec.terminationGracePeriodSeconds ?? defaultGraceSeconds);
    const means = { world, runtime, probes: host.probes, events };
    await stopAllContainers(means, pod, runtimePod, graceSeconds, new Cancellation().signal);
    for (const { id } of runtimePod.sandboxes) await runtime.stopPodSandbox(id);
  }
}
