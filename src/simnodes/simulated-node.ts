import { type Lease, leases, type Node, nodes, type Pod, pods } from '../api/generated/index.ts';
import { type Client, type Informers, keyOf } from '../client/index.ts';
import { StatusError } from '../machinery/index.ts';
import { formatMicroTime, formatTime, type Timer, type World } from '../world/index.ts';
import { buildConditions, buildNode, completeAllocatable, defaultNodeShape, type NodeShape } from './node-object.ts';
import { decidePod, type PodPlace } from './pod-lifecycle.ts';

export interface SimulatedNodeOptions {
  readonly name: string;
  readonly shape?: NodeShape | undefined;
  /** Where the node would be reached. */
  readonly address: string;
}

/** Kubernetes: the kubelet renews its Lease four times within its duration, and reports an unchanged status every 5 min. */
const leaseNamespace = 'kube-node-lease';
const leaseDurationSeconds = 40;
const renewEveryMs = 10_000;
const statusEveryMs = 300_000;
const retryMs = 1000;

/** One node: registers, keeps its Lease and status fresh, and moves its pods through their lives. */
export class SimulatedNode {
  readonly name: string;
  readonly #world: World;
  readonly #client: Client;
  readonly #informers: Informers;
  readonly #shape: NodeShape;
  readonly #address: string;
  readonly #phaseMs: number;
  readonly #leaseTask: string;
  readonly #statusTask: string;
  /** When to look at a pod again, by the pod's key. */
  readonly #podTimers = new Map<string, Timer>();
  readonly #podIPs = new Map<string, string>();
  #leaseTimer: Timer | undefined;
  #statusTimer: Timer | undefined;
  #lease: Lease | undefined;
  #nextPodIndex = 2;
  /** Grows whenever the node fails or comes back, so that work begun before then comes to nothing. */
  #life = 0;
  #isUp = false;

  constructor(world: World, client: Client, informers: Informers, options: SimulatedNodeOptions) {
    this.name = options.name;
    this.#world = world;
    this.#client = client;
    this.#informers = informers;
    this.#shape = options.shape ?? defaultNodeShape;
    this.#address = options.address;
    this.#leaseTask = `${options.name} lease`;
    this.#statusTask = `${options.name} status`;
    this.#phaseMs = world.random.stream(`node ${options.name}`).integer(renewEveryMs);
  }

  get isUp(): boolean {
    return this.#isUp;
  }

  async start(): Promise<void> {
    this.#isUp = true;
    const life = ++this.#life;
    await this.#register();
    if (life !== this.#life) return;
    this.#renewLeaseIn(this.#phaseMs);
    this.#reportStatusIn(statusEveryMs - this.#phaseMs);
    for (const pod of this.#pods()) this.takePod(pod);
  }

  /** The machine is gone: nothing renews, reports or stops any more, until `recover`. */
  fail(): void {
    this.#isUp = false;
    this.#life++;
    this.#leaseTimer?.cancel();
    this.#statusTimer?.cancel();
    for (const timer of this.#podTimers.values()) timer.cancel();
    this.#podTimers.clear();
  }

  /** The machine is back: it reports at once and catches up with its pods. */
  recover(): Promise<void> {
    return this.#isUp ? Promise.resolve() : this.start();
  }

  stop(): void {
    this.fail();
  }

  /** Looks at a pod of this node that is new or has changed. */
  takePod(pod: Pod): void {
    if (!this.#isUp) return;
    const decision = decidePod(pod, this.#placeOf(pod), this.#world.clock.now());
    const key = keyOf(pod);
    const life = this.#life;
    if (decision.isGone === true) {
      this.#world.tasks.spawn(`remove pod ${key}`, () => this.#removePod(pod, life));
    } else if (decision.status !== undefined) {
      const next: Pod = { ...pod, status: decision.status };
      this.#world.tasks.spawn(`report pod ${key}`, () => this.#reportPod(next, life));
    } else if (decision.againMs !== undefined) {
      this.#takeAgainIn(key, decision.againMs, pod);
    }
  }

  /** Takes note that the node object itself has changed: extended resources that somebody added become allocatable. */
  takeNode(node: Node): void {
    const capacity = node.status?.capacity ?? {};
    const allocatable = node.status?.allocatable ?? {};
    if (!this.#isUp || completeAllocatable(capacity, allocatable) === allocatable) return;
    this.#world.tasks.spawn(this.#statusTask, this.#reportStatus);
  }

  /** Forgets a pod that is gone. */
  dropPod(pod: Pod): void {
    const key = keyOf(pod);
    this.#podTimers.get(key)?.cancel();
    this.#podTimers.delete(key);
    this.#podIPs.delete(pod.metadata.uid ?? '');
  }

  #pods(): readonly Pod[] {
    return this.#informers.listIndexed(pods, 'spec.nodeName', this.name);
  }

  #takeAgain(pod: Pod): void {
    const current = this.#informers.get(pods, pod.metadata.namespace, pod.metadata.name ?? '');
    if (current?.metadata.uid === pod.metadata.uid) this.takePod(current!);
  }

  async #register(): Promise<void> {
    const now = formatTime(this.#world.clock.now());
    try {
      await this.#client.create(nodes, buildNode(this.name, this.#shape, this.#address, now));
    } catch (error) {
      if (!StatusError.is(error, 'AlreadyExists')) throw error;
      await this.#reportStatus();
    }
  }

  readonly #reportStatus = async (): Promise<void> => {
    const life = this.#life;
    try {
      const node = await this.#client.get(nodes, { name: this.name });
      const now = formatTime(this.#world.clock.now());
      const status = {
        ...node.status,
        allocatable: completeAllocatable(node.status?.capacity ?? {}, node.status?.allocatable ?? {}),
        conditions: buildConditions(node.status?.conditions, now),
      };
      if (life === this.#life) await this.#client.updateStatus(nodes, { ...node, status });
      if (life === this.#life) this.#reportStatusIn(statusEveryMs);
    } catch (error) {
      this.#note(error);
      if (life === this.#life) this.#reportStatusIn(retryMs);
    }
  };

  readonly #renewLease = async (): Promise<void> => {
    const life = this.#life;
    try {
      this.#lease = await (this.#lease === undefined ? this.#acquireLease() : this.#updateLease(this.#lease));
      if (life === this.#life) this.#renewLeaseIn(renewEveryMs);
    } catch (error) {
      this.#lease = undefined;
      this.#note(error);
      if (life === this.#life) this.#renewLeaseIn(retryMs);
    }
  };

  #updateLease(lease: Lease): Promise<Lease> {
    const renewTime = formatMicroTime(this.#world.clock.now());
    return this.#client.update(leases, { ...lease, spec: { ...lease.spec, renewTime } });
  }

  async #acquireLease(): Promise<Lease> {
    const ref = { namespace: leaseNamespace, name: this.name };
    try {
      return await this.#updateLease(await this.#client.get(leases, ref));
    } catch (error) {
      if (!StatusError.is(error, 'NotFound')) throw error;
    }
    const node = await this.#client.get(nodes, { name: this.name });
    return this.#client.create(leases, {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: {
        ...ref,
        ownerReferences: [{ apiVersion: 'v1', kind: 'Node', name: this.name, uid: node.metadata.uid ?? '' }],
      },
      spec: {
        holderIdentity: this.name,
        leaseDurationSeconds,
        renewTime: formatMicroTime(this.#world.clock.now()),
      },
    });
  }

  async #reportPod(pod: Pod, life: number): Promise<void> {
    if (life !== this.#life) return;
    try {
      await this.#client.updateStatus(pods, pod);
    } catch (error) {
      this.#onPodError(pod, error);
    }
  }

  async #removePod(pod: Pod, life: number): Promise<void> {
    if (life !== this.#life) return;
    const { namespace, name = '', uid = '' } = pod.metadata;
    try {
      await this.#client.delete(pods, { namespace, name }, { gracePeriodSeconds: 0, preconditions: { uid } });
    } catch (error) {
      this.#onPodError(pod, error);
    }
  }

  /** A conflict means that the pod has changed: the change itself brings it back here, if not the retry. */
  #onPodError(pod: Pod, error: unknown): void {
    if (StatusError.is(error, 'NotFound')) return;
    this.#note(error);
    this.#takeAgainIn(keyOf(pod), retryMs, pod);
  }

  #placeOf(pod: Pod): PodPlace {
    return { hostIP: this.#address, podIP: pod.status?.podIP ?? this.#podIPOf(pod) };
  }

  #podIPOf(pod: Pod): string {
    const uid = pod.metadata.uid ?? '';
    let ip = this.#podIPs.get(uid);
    if (ip === undefined) {
      const cidr = this.#informers.get(nodes, undefined, this.name)?.spec?.podCIDR ?? '10.244.0.0/24';
      const base = cidr.slice(0, cidr.lastIndexOf('.'));
      // A /24 as the node IPAM controller hands out; addresses go round, as host-local's do.
      ip = `${base}.${this.#nextPodIndex}`;
      this.#nextPodIndex = this.#nextPodIndex === 254 ? 2 : this.#nextPodIndex + 1;
      this.#podIPs.set(uid, ip);
    }
    return ip;
  }

  #renewLeaseIn(delayMs: number): void {
    this.#leaseTimer?.cancel();
    this.#leaseTimer = this.#world.clock.after(delayMs, this.#onLeaseDue);
  }

  readonly #onLeaseDue = (): void => this.#world.tasks.spawn(this.#leaseTask, this.#renewLease);

  #reportStatusIn(delayMs: number): void {
    this.#statusTimer?.cancel();
    this.#statusTimer = this.#world.clock.after(delayMs, this.#onStatusDue);
  }

  readonly #onStatusDue = (): void => this.#world.tasks.spawn(this.#statusTask, this.#reportStatus);

  #takeAgainIn(key: string, delayMs: number, pod: Pod): void {
    this.#podTimers.get(key)?.cancel();
    const timer = this.#world.clock.after(delayMs, () => {
      this.#podTimers.delete(key);
      this.#takeAgain(pod);
    });
    this.#podTimers.set(key, timer);
  }

  /** A conflict says that somebody else was faster; everything else is worth a line in the log. */
  #note(error: unknown): void {
    if (StatusError.is(error, 'Conflict')) return;
    this.#world.log.warn('simulated node cannot report', {
      node: this.name,
      error: error instanceof Error ? error.message : String(error),
    });
  }
}
