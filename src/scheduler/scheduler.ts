import { type Pod, podDisruptionBudgets, pods, replicaSets, services, statefulSets } from '../api/generated/index.ts';
import { type Client, EventRecorder, type Informers } from '../client/index.ts';
import { compileLabelSelector, type ResourceType, StatusError } from '../machinery/index.ts';
import {
  type BudgetLookup,
  ClusterColumns,
  createPodEntry,
  type Diagnosis,
  findPreemption,
  formatFitError,
  formatPreemptionFailure,
  type PodEntry,
  type PreemptionCandidate,
  placePod,
} from '../scheduling/index.ts';
import { formatTime, type Random, type World } from '../world/index.ts';
import { feedCluster } from './cluster-feed.ts';
import { type QueuedPod, SchedulingQueue } from './scheduling-queue.ts';
import { siblingsOf } from './siblings.ts';

export const defaultSchedulerName = 'default-scheduler';

/** How many pods are placed before other work gets its turn. */
const placementsPerTurn = 64;

/**
 * Gives pods their nodes. Deciding is pure (`scheduling/`) and one pod at a time; binding runs beside it, with the pod
 * counted on its node from the moment of the decision.
 */
export class Scheduler {
  readonly #world: World;
  readonly #client: Client;
  readonly #informers: Informers;
  readonly #events: EventRecorder;
  readonly #random: Random;
  readonly #cluster = new ClusterColumns();
  readonly #queue: SchedulingQueue;
  /** Pods for which others were asked to go, and the room that is kept for them. */
  readonly #nominated = new Map<string, { readonly entry: PodEntry; readonly nodeName: string }>();
  readonly #binding = new Set<string>();
  #isScheduled = false;
  #isStopped = false;
  #isReady = false;

  constructor(world: World, client: Client, informers: Informers) {
    this.#world = world;
    this.#client = client;
    this.#informers = informers;
    this.#events = new EventRecorder(world, client, defaultSchedulerName);
    this.#random = world.random.stream('scheduler');
    this.#queue = new SchedulingQueue(world.clock, () => this.#schedule());
  }

  start(): void {
    const looksAt: readonly ResourceType[] = [services, replicaSets, statefulSets, podDisruptionBudgets];
    for (const type of looksAt) this.#informers.of(type);
    feedCluster(this.#informers, this.#cluster, {
      onRoom: () => this.#queue.wakeAll(),
      onPending: pod => this.#takePending(pod),
      onSettled: pod => this.#settle(pod),
    });
    this.#world.tasks.spawn('scheduler', async () => {
      await this.#informers.synced();
      this.#isReady = true;
      this.#schedule();
    });
  }

  stop(): void {
    this.#isStopped = true;
    this.#queue.stop();
  }

  #takePending(pod: Pod): void {
    const uid = pod.metadata.uid ?? '';
    if ((pod.spec?.schedulerName ?? defaultSchedulerName) !== defaultSchedulerName) return;
    if (this.#binding.has(uid)) return;
    const isGated = (pod.spec?.schedulingGates?.length ?? 0) > 0;
    if (isGated || pod.metadata.deletionTimestamp !== undefined) {
      this.#settle(pod);
      return;
    }
    this.#queue.set(pod);
  }

  #settle(pod: Pod): void {
    const uid = pod.metadata.uid ?? '';
    this.#queue.delete(uid);
    this.#nominated.delete(uid);
  }

  #schedule(): void {
    if (this.#isScheduled || this.#isStopped || !this.#isReady) return;
    this.#isScheduled = true;
    this.#world.clock.after(0, () => {
      this.#isScheduled = false;
      for (let count = 0; count < placementsPerTurn && !this.#isStopped; count++) {
        const queued = this.#queue.take();
        if (queued === undefined) return;
        this.#place(queued);
      }
      this.#schedule();
    });
  }

  #place(queued: QueuedPod): void {
    const { pod } = queued;
    const entry = createPodEntry(pod);
    const reserved = this.#reserveNominated(entry);
    const placement = placePod(entry, this.#cluster, {
      random: this.#random,
      siblings: siblingsOf(pod, this.#informers),
    });
    const preempting = placement.isPlaced ? undefined : this.#preempt(entry, placement.diagnosis);
    for (const uid of reserved) this.#cluster.removePod(uid);
    if (placement.isPlaced) {
      this.#cluster.addPod(entry, placement.nodeName);
      this.#nominated.delete(entry.uid);
      this.#binding.add(entry.uid);
      this.#world.tasks.spawn(`bind ${entry.namespace}/${pod.metadata.name}`, () =>
        this.#bind(queued, entry, placement.nodeName),
      );
    } else {
      this.#queue.wait(queued);
      this.#world.tasks.spawn(`report ${entry.namespace}/${pod.metadata.name}`, () =>
        this.#reportUnschedulable(pod, preempting!),
      );
    }
  }

  /** Kubernetes: the room made for a pod of the same or higher priority is taken, though it is not there yet. */
  #reserveNominated(entry: PodEntry): string[] {
    const reserved: string[] = [];
    for (const [uid, nominated] of this.#nominated) {
      if (uid === entry.uid || nominated.entry.priority < entry.priority) continue;
      if (this.#cluster.slotOfPod(uid) !== undefined) continue;
      this.#cluster.addPod(nominated.entry, nominated.nodeName);
      reserved.push(uid);
    }
    return reserved;
  }

  #preempt(entry: PodEntry, diagnosis: Diagnosis): Preempting {
    const ineligible = this.#whyNotEligible(entry, diagnosis);
    if (ineligible !== undefined) return { message: formatFitError(diagnosis, `preemption: ${ineligible}`) };
    const result = findPreemption(entry, this.#cluster, diagnosis, this.#budgetLookup());
    if (result.candidate === undefined) {
      if (diagnosis.nodeCount === 0) return { message: formatFitError(diagnosis) };
      return { message: formatFitError(diagnosis, formatPreemptionFailure(diagnosis.nodeCount, result.reasons)) };
    }
    this.#nominated.set(entry.uid, { entry, nodeName: result.candidate.nodeName });
    return { message: formatFitError(diagnosis), candidate: result.candidate };
  }

  #whyNotEligible({ pod, priority }: PodEntry, diagnosis: Diagnosis): string | undefined {
    if (pod.spec?.preemptionPolicy === 'Never') return 'not eligible due to preemptionPolicy=Never.';
    const nodeName = this.#nominated.get(pod.metadata.uid ?? '')?.nodeName ?? pod.status?.nominatedNodeName;
    const slot = nodeName === undefined ? undefined : this.#cluster.slotOf(nodeName);
    if (slot === undefined || diagnosis.refusals.get(slot)?.isUnresolvable === true) return undefined;
    for (const other of this.#cluster.podsAt(slot).values()) {
      if (other.priority < priority && other.pod.metadata.deletionTimestamp !== undefined) {
        return 'not eligible due to a terminating pod on the nominated node.';
      }
    }
    return undefined;
  }

  #budgetLookup(): BudgetLookup {
    return ({ namespace, labels }) => {
      for (const budget of this.#informers.list(podDisruptionBudgets, namespace)) {
        if (!compileLabelSelector(budget.spec?.selector).matches(labels)) continue;
        return {
          name: `${namespace}/${budget.metadata.name}`,
          disruptionsAllowed: budget.status?.disruptionsAllowed ?? 0,
        };
      }
      return undefined;
    };
  }

  async #bind(queued: QueuedPod, entry: PodEntry, nodeName: string): Promise<void> {
    const { pod } = queued;
    const { namespace, name = '', uid = '' } = pod.metadata;
    try {
      await this.#client.createSubresource(
        pods,
        'binding',
        { namespace, name },
        {
          apiVersion: 'v1',
          kind: 'Binding',
          metadata: { name, namespace, uid },
          target: { kind: 'Node', name: nodeName },
        },
      );
      this.#binding.delete(uid);
      this.#events.record({
        regarding: pod,
        type: 'Normal',
        reason: 'Scheduled',
        message: `Successfully assigned ${namespace}/${name} to ${nodeName}`,
      });
    } catch (error) {
      this.#binding.delete(uid);
      this.#onBindError(queued, entry, error);
    }
  }

  /** Somebody else has bound or deleted the pod, or the server could not: what is true arrives through the informer. */
  #onBindError(queued: QueuedPod, entry: PodEntry, error: unknown): void {
    if (!(error instanceof StatusError)) throw error;
    const current = this.#informers.get(pods, entry.namespace, entry.pod.metadata.name ?? '');
    const isBound = current?.metadata.uid === entry.uid && (current.spec?.nodeName ?? '') !== '';
    if (!isBound) this.#cluster.removePod(entry.uid);
    if (isBound || current?.metadata.uid !== entry.uid || error.reason === 'NotFound') return;
    this.#world.log.warn('cannot bind pod', {
      pod: `${entry.namespace}/${entry.pod.metadata.name}`,
      error: error.message,
    });
    queued.pod = current;
    this.#queue.retry(queued);
  }

  async #reportUnschedulable(pod: Pod, { message, candidate }: Preempting): Promise<void> {
    this.#events.record({
      regarding: pod,
      type: 'Warning',
      reason: 'FailedScheduling',
      message: message.slice(0, 1024),
    });
    const before = pod.status?.conditions?.find(condition => condition.type === 'PodScheduled');
    const nominatedNodeName = candidate?.nodeName;
    const isSaid = before?.status === 'False' && before.reason === 'Unschedulable' && before.message === message;
    try {
      if (!isSaid || (nominatedNodeName !== undefined && nominatedNodeName !== pod.status?.nominatedNodeName)) {
        const now = formatTime(this.#world.clock.now());
        const lastTransitionTime = before?.status === 'False' ? before.lastTransitionTime : now;
        const condition = {
          type: 'PodScheduled',
          status: 'False',
          reason: 'Unschedulable',
          message,
          lastTransitionTime,
          observedGeneration: pod.metadata.generation,
        };
        await this.#patchStatus(pod, {
          conditions: [condition],
          ...(nominatedNodeName === undefined ? {} : { nominatedNodeName }),
        });
      }
      if (candidate !== undefined) await this.#evictVictims(pod, candidate);
    } catch (error) {
      // The pod, or a victim, has changed or gone meanwhile; the next attempt sees it.
      if (!(error instanceof StatusError)) throw error;
      this.#world.log.debug('cannot report', { pod: pod.metadata.name, error: error.message });
    }
  }

  async #evictVictims(pod: Pod, { victims, nodeName }: PreemptionCandidate): Promise<void> {
    for (const { pod: victim } of victims) {
      if (victim.metadata.deletionTimestamp !== undefined) continue;
      const { namespace, name = '', uid = '' } = victim.metadata;
      const condition = {
        type: 'DisruptionTarget',
        status: 'True',
        reason: 'PreemptionByScheduler',
        message: `${defaultSchedulerName}: preempting to accommodate a higher priority pod`,
        lastTransitionTime: formatTime(this.#world.clock.now()),
        observedGeneration: victim.metadata.generation,
      };
      await this.#patchStatus(victim, { conditions: [condition] });
      await this.#client.delete(pods, { namespace, name }, { preconditions: { uid } });
      this.#events.record({
        regarding: victim,
        type: 'Normal',
        reason: 'Preempted',
        message: `Preempted by pod ${pod.metadata.uid} on node ${nodeName}`,
      });
    }
  }

  #patchStatus(pod: Pod, status: unknown): Promise<Pod> {
    const { namespace, name = '', uid } = pod.metadata;
    const patch = { metadata: { uid }, status };
    return this.#client.patch(pods, { namespace, name }, 'strategic', patch, undefined, 'status');
  }
}

/** What is said of a pod that fits nowhere, and who is asked to go for it. */
interface Preempting {
  readonly message: string;
  readonly candidate?: PreemptionCandidate;
}
