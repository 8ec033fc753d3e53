import { type Node, type NodeStatus, nodes } from '../../api/generated/index.ts';
import type { Client, EventRecorder, Informer } from '../../client/index.ts';
import { isSemanticallyEqual, StatusError } from '../../machinery/index.ts';
import { formatTime, type Log, type Timer, type World } from '../../world/index.ts';
import { defaultMaxPods, defaultPort, type NodeAgentOptions } from '../options.ts';
import type { NodeFacts } from '../pods/index.ts';
import type { ContainerRuntime, Host, HostFacts, ImageSummary, RuntimeVersion } from '../runtime/index.ts';
import { buildConditions } from './node-conditions.ts';
import { buildAllocatable, buildCapacity } from './node-resources.ts';
import { buildAddresses, buildImages, buildNodeInfo, chooseHostIPs, comparableStatus } from './node-status.ts';
import { findPressures, PressureMemory } from './pressure.ts';

/** Kubernetes: looked at every 10 s, reported when something has changed, and every 5 min in any case. */
const lookMs = 10_000;
const reportMs = 300_000;
/** While the node is not ready: soon again. */
const notReadyMsMin = 50;
const notReadyMsMax = 1000;
const imagesMs = 30_000;
const reportTries = 5;

/** Registers the machine as a Node and keeps its status true. Knows what pods need to know of the node. */
export class NodeReporter implements NodeFacts {
  readonly #world: World;
  readonly #client: Client;
  readonly #informer: Informer<Node>;
  readonly #runtime: ContainerRuntime;
  readonly #host: Host;
  readonly #options: NodeAgentOptions;
  readonly #events: EventRecorder;
  readonly #onReady: () => void;
  readonly #log: Log;
  readonly #pressures = new PressureMemory();
  #facts: HostFacts | undefined;
  #version: RuntimeVersion | undefined;
  #images: readonly ImageSummary[] = [];
  #imagesAt = Number.NEGATIVE_INFINITY;
  #node: Node | undefined;
  #reportedAt = Number.NEGATIVE_INFINITY;
  #wasUnschedulable: boolean | undefined;
  #impatience = 0;
  #timer: Timer | undefined;
  #isLooking = false;
  #isStopped = false;
  networkProblem: string | undefined = 'container runtime status check may not have completed yet';
  runtimeProblem: string | undefined = 'container runtime status check may not have completed yet';

  constructor(
    world: World,
    client: Client,
    informer: Informer<Node>,
    machine: { readonly runtime: ContainerRuntime; readonly host: Host },
    options: NodeAgentOptions,
    events: EventRecorder,
    /** Pods may begin that waited for the node. */
    onReady: () => void,
  ) {
    this.#world = world;
    this.#client = client;
    this.#informer = informer;
    this.#runtime = machine.runtime;
    this.#host = machine.host;
    this.#options = options;
    this.#events = events;
    this.#onReady = onReady;
    this.#log = world.log.child('node');
  }

  get node(): Node | undefined {
    return this.#informer.get(undefined, this.#options.name) ?? this.#node;
  }

  get hostIPs(): readonly string[] {
    return this.#options.nodeIps ?? (this.#facts === undefined ? [] : chooseHostIPs(this.#facts));
  }

  get memoryCapacityBytes(): number {
    return this.#facts?.memoryBytes ?? 0;
  }

  get cpuCount(): number {
    return this.#facts?.cpuCount ?? 1;
  }

  get allocatable(): Readonly<Record<string, string>> {
    return this.node?.status?.allocatable ?? {};
  }

  /** Resolves when the Node is registered. */
  async start(): Promise<void> {
    this.#facts = await this.#host.figures.facts();
    this.#say('Starting', 'Starting kubelet.');
    await this.#checkRuntime();
    await this.#register();
    this.#informer.onChange(node => this.#take(node));
    this.#schedule();
  }

  stop(): void {
    this.#isStopped = true;
    this.#timer?.cancel();
  }

  /** Somebody has changed the Node: what he took away comes back, what he added to the capacity becomes allocatable. */
  #take(node: Node | undefined): void {
    if (this.#isStopped || this.#isLooking) return;
    if (node === undefined) {
      this.#lookSoon();
      return;
    }
    this.#noteSchedulable(node);
    const { capacity = {}, allocatable = {} } = node.status ?? {};
    if (!isSemanticallyEqual(buildAllocatable(capacity), allocatable)) this.#lookSoon();
  }

  #noteSchedulable(node: Node): void {
    const isUnschedulable = node.spec?.unschedulable === true;
    if (this.#wasUnschedulable !== undefined && this.#wasUnschedulable !== isUnschedulable) {
      this.#sayStatus(isUnschedulable ? 'NodeNotSchedulable' : 'NodeSchedulable');
    }
    this.#wasUnschedulable = isUnschedulable;
  }

  #schedule(): void {
    const isReady = this.runtimeProblem === undefined && this.networkProblem === undefined;
    if (isReady) this.#impatience = 0;
    this.#after(isReady ? lookMs : Math.min(notReadyMsMax, notReadyMsMin * 2 ** this.#impatience++));
  }

  #lookSoon(): void {
    this.#after(0);
  }

  #after(delayMs: number): void {
    if (this.#isStopped) return;
    this.#timer?.cancel();
    this.#timer = this.#world.clock.after(delayMs, () => this.#world.tasks.spawn('node status', () => this.#look()));
  }

  async #look(): Promise<void> {
    if (this.#isLooking || this.#isStopped) return;
    this.#isLooking = true;
    try {
      await this.#checkRuntime();
      await this.#report();
    } catch (error) {
      this.#log.warn('cannot report the node', { error: (error as Error).message });
    } finally {
      this.#isLooking = false;
      this.#schedule();
    }
  }

  async #checkRuntime(): Promise<void> {
    const hadProblem = this.runtimeProblem !== undefined || this.networkProblem !== undefined;
    try {
      const { isRuntimeReady, isNetworkReady, conditions } = await this.#runtime.status();
      const describe = (type: string): string => {
        const { status = false, reason = '', message = '' } = conditions.find(found => found.type === type) ?? {};
        return `${type}=${status} reason:${reason} message:${message}`;
      };
      this.runtimeProblem = isRuntimeReady ? undefined : `container runtime not ready: ${describe('RuntimeReady')}`;
      this.networkProblem = isNetworkReady
        ? undefined
        : `container runtime network not ready: ${describe('NetworkReady')}`;
      this.#version ??= await this.#runtime.version();
    } catch (error) {
      this.#version = undefined;
      this.runtimeProblem = 'container runtime is down';
      this.#log.debug('the runtime does not answer', { error: (error as Error).message });
    }
    const hasProblem = this.runtimeProblem !== undefined || this.networkProblem !== undefined;
    if (hadProblem && !hasProblem) this.#onReady();
  }

  async #register(): Promise<void> {
    const node = await this.#buildNode();
    try {
      this.#node = await this.#client.create(nodes, node);
      this.#reportedAt = this.#world.clock.now();
      this.#tellAboutConditions(undefined);
      return;
    } catch (error) {
      if (!StatusError.is(error, 'AlreadyExists')) throw error;
    }
    await this.#adopt(node);
    await this.#report();
  }

  /** The Node is there from an earlier run: its labels and network are brought up to date, the rest is kept. */
  async #adopt(wanted: Node): Promise<void> {
    const found = await this.#client.get(nodes, { name: this.#options.name });
    const labels = { ...found.metadata.labels, ...wanted.metadata.labels };
    const spec = { ...found.spec, ...(found.spec?.podCIDR === undefined ? wanted.spec : {}) };
    const next = { ...found, metadata: { ...found.metadata, labels }, spec };
    this.#node = isSemanticallyEqual(found, next) ? found : await this.#client.update(nodes, next);
    const before = found.status?.nodeInfo?.bootID ?? '';
    const now = this.#facts?.bootId ?? '';
    if (before !== '' && before !== now) {
      this.#say('Rebooted', `Node ${this.#options.name} has been rebooted, boot id: ${now}`, 'Warning');
    }
  }

  async #buildNode(): Promise<Node> {
    const { name, labels, taints, podCidr } = this.#options;
    const facts = this.#facts!;
    const { operatingSystem: os, architecture: arch } = facts;
    return {
      apiVersion: 'v1',
      kind: 'Node',
      metadata: {
        name,
        labels: {
          'beta.kubernetes.io/arch': arch,
          'beta.kubernetes.io/os': os,
          'kubernetes.io/arch': arch,
          'kubernetes.io/hostname': name,
          'kubernetes.io/os': os,
          ...labels,
        },
        annotations: { 'volumes.kubernetes.io/controller-managed-attach-detach': 'true' },
      },
      spec: {
        podCIDR: podCidr,
        podCIDRs: podCidr === undefined ? undefined : [podCidr],
        taints: taints === undefined || taints.length === 0 ? undefined : taints,
      },
      status: await this.#buildStatus(undefined),
    };
  }

  async #report(): Promise<void> {
    let found = this.#informer.get(undefined, this.#options.name) ?? (await this.#find());
    for (let tries = 1; ; tries++) {
      if (found === undefined) return this.#register();
      try {
        return await this.#reportOver(found);
      } catch (error) {
        // Somebody was faster: what he wrote is kept.
        if (!StatusError.is(error, 'Conflict') || tries === reportTries) throw error;
        found = await this.#find();
      }
    }
  }

  async #reportOver(found: Node): Promise<void> {
    const status = await this.#buildStatus(found.status);
    const now = this.#world.clock.now();
    const isSame = isSemanticallyEqual(comparableStatus(found.status), comparableStatus(status));
    if (isSame && now - this.#reportedAt < reportMs) return;
    this.#node = await this.#client.updateStatus(nodes, { ...found, status });
    this.#reportedAt = now;
    this.#tellAboutConditions(found.status);
  }

  async #find(): Promise<Node | undefined> {
    try {
      return await this.#client.get(nodes, { name: this.#options.name });
    } catch (error) {
      if (StatusError.is(error, 'NotFound')) return undefined;
      throw error;
    }
  }

  async #buildStatus(previous: NodeStatus | undefined): Promise<NodeStatus> {
    const { figures } = this.#host;
    const [memory, nodeFilesystem, processes] = await Promise.all([
      figures.memory(),
      figures.filesystem(this.#options.rootDir),
      figures.processes(),
    ]);
    const now = this.#world.clock.now();
    this.#pressures.feel(findPressures({ memory, nodeFilesystem, processes }), now);
    await this.#refreshImages(now);
    const facts = this.#facts!;
    const capacity = buildCapacity(previous?.capacity, facts, nodeFilesystem, this.#options.maxPods ?? defaultMaxPods);
    return {
      ...previous,
      capacity,
      allocatable: buildAllocatable(capacity),
      conditions: this.#conditions(previous).conditions,
      addresses: buildAddresses(this.hostIPs, this.#options.name),
      daemonEndpoints: { kubeletEndpoint: { Port: this.#options.port ?? defaultPort } },
      nodeInfo: buildNodeInfo(facts, this.#version ?? { name: 'containerd', version: 'Unknown' }),
      images: buildImages(this.#images),
    };
  }

  #conditions(previous: NodeStatus | undefined) {
    const now = this.#world.clock.now();
    const problems = [this.runtimeProblem, this.networkProblem].filter(problem => problem !== undefined);
    const state = {
      isUnder: (pressure: Parameters<PressureMemory['isUnder']>[0]) => this.#pressures.isUnder(pressure, now),
      problems,
    };
    return buildConditions(previous?.conditions, state, formatTime(now));
  }

  #tellAboutConditions(previous: NodeStatus | undefined): void {
    for (const { reason } of this.#conditions(previous).changes) this.#sayStatus(reason);
  }

  async #refreshImages(now: number): Promise<void> {
    if (now - this.#imagesAt < imagesMs || this.runtimeProblem !== undefined) return;
    this.#images = await this.#runtime.listImages();
    this.#imagesAt = now;
  }

  #sayStatus(reason: string): void {
    this.#say(reason, `Node ${this.#options.name} status is now: ${reason}`);
  }

  /** Kubernetes: events about a node name it as its own uid. */
  #say(reason: string, message: string, type: 'Normal' | 'Warning' = 'Normal'): void {
    const { name } = this.#options;
    this.#events.record({
      regarding: { apiVersion: 'v1', kind: 'Node', metadata: { name, uid: name } },
      type,
      reason,
      message,
    });
  }
}
