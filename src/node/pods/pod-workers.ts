import type { Pod } from '../../api/generated/index.ts';
import type { Informer } from '../../client/index.ts';
import { compareText } from '../../machinery/index.ts';
import type { Log, Timer } from '../../world/index.ts';
import { uidOf } from '../facts/index.ts';
import type { ContainerSummary, RuntimeEvent, SandboxSummary, Subscription } from '../runtime/index.ts';
import { podUidLabel } from '../runtime-pods/index.ts';
import { isTerminalPhase } from '../status/index.ts';
import { admitPod } from './admit-pod.ts';
import { describeRuntimeError } from './describe-runtime-error.ts';
import type { OrphanCleaner } from './orphan-cleaner.ts';
import type { PodMeans } from './pod-means.ts';
import { PodWorker } from './pod-worker.ts';

/** Events tell of everything at once; this is in case one was lost. */
const relistMs = 10_000;
const relistSoonMs = 1000;
const relistRetryMs = 500;
const cleanUpRetryMs = 2000;

/** All pods of a node: a worker each, woken by what the API server, the runtime and the probes tell. */
export class PodWorkers {
  readonly #means: PodMeans;
  readonly #informer: Informer<Pod>;
  readonly #orphans: OrphanCleaner;
  readonly #log: Log;
  readonly #workers = new Map<string, PodWorker>();
  /** Whose a container or sandbox is, and how it was last seen. */
  readonly #owners = new Map<string, string>();
  #seen = new Map<string, string>();
  #events: Subscription | undefined;
  #relistTimer: Timer | undefined;
  #isRelistNear = false;
  #isCleaning = false;
  #isStopped = false;

  constructor(means: PodMeans, informer: Informer<Pod>, orphans: OrphanCleaner) {
    this.#means = means;
    this.#informer = informer;
    this.#orphans = orphans;
    this.#log = means.world.log.child('node.pods');
  }

  get(uid: string): PodWorker | undefined {
    return this.#workers.get(uid);
  }

  list(): readonly PodWorker[] {
    return [...this.#workers.values()];
  }

  /** Takes over what runs, then follows. The node must have been registered, and the runtime must answer. */
  async start(): Promise<void> {
    await this.#informer.synced();
    await this.#relist();
    if (this.#isStopped) return;
    for (const pod of this.#informer.list().toSorted(oldestFirst)) this.#add(pod);
    this.#informer.onChange((pod, previous) => this.#take(pod, previous));
    this.#events = this.#means.runtime.watchEvents(event => this.#hear(event));
    this.#scheduleRelist(relistMs);
    this.#spawnCleanUp();
  }

  /** Stops looking after pods; they are left as they are. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#events?.close();
    this.#relistTimer?.cancel();
    await Promise.all(this.list().map(worker => worker.stop()));
  }

  wake(uid: string): void {
    this.#workers.get(uid)?.wake();
  }

  wakeAll(): void {
    for (const worker of this.#workers.values()) worker.wake();
  }

  #take(pod: Pod | undefined, previous: Pod | undefined): void {
    if (this.#isStopped) return;
    const isReplaced = previous !== undefined && previous.metadata.uid !== pod?.metadata.uid;
    if (isReplaced) this.#workers.get(uidOf(previous))?.remove();
    if (pod === undefined) return;
    const worker = this.#workers.get(uidOf(pod));
    if (worker === undefined) this.#add(pod);
    else if (worker.pod !== pod) worker.update(pod);
  }

  #add(pod: Pod): void {
    const uid = uidOf(pod);
    if (this.#workers.has(uid)) return;
    const isNew = ![...this.#owners.values()].includes(uid);
    const rejectedBy = isNew ? this.#judge(pod) : undefined;
    const onGone = (gone: string): void => this.#forget(gone);
    const others = (): readonly Pod[] => this.#activePods();
    const worker = new PodWorker(this.#means, pod, { isNew, rejectedBy, onGone, others });
    this.#workers.set(uid, worker);
    worker.wake();
  }

  /** Only what is to begin here is judged: what has run here before stays. */
  #judge(pod: Pod) {
    const { node } = this.#means.facts;
    const hasBegun = pod.status?.startTime !== undefined || isTerminalPhase(pod.status?.phase);
    if (node === undefined || hasBegun || pod.metadata.deletionTimestamp !== undefined) return undefined;
    return admitPod(pod, node, this.#activePods());
  }

  #activePods(): readonly Pod[] {
    const active = this.list().filter(({ stage }) => stage === 'running' || stage === 'terminating');
    return active.map(worker => worker.pod);
  }

  #forget(uid: string): void {
    this.#workers.delete(uid);
    for (const [id, owner] of this.#owners) if (owner === uid) this.#owners.delete(id);
  }

  /** What we start ourselves we see ourselves; ends are news. */
  #hear(event: RuntimeEvent): void {
    if (this.#isStopped) return;
    if (event.type === 'resync') this.#spawnRelist();
    if (event.type === 'disconnected')
      this.#log.warn('the container runtime does not answer', { error: event.message });
    if (event.type !== 'exited' && event.type !== 'started') return;
    const uid = this.#owners.get(event.id) ?? this.#findOwner(event.id);
    // Perhaps ours and not noted yet; perhaps made by a call of an agent before us.
    if (uid === undefined) this.#relistSoon();
    else if (event.type === 'exited') this.#workers.get(uid)?.wake();
  }

  #relistSoon(): void {
    if (this.#isRelistNear) return;
    this.#isRelistNear = true;
    this.#scheduleRelist(relistSoonMs);
  }

  #findOwner(id: string): string | undefined {
    for (const { uid, runtimePod } of this.#workers.values()) {
      const isHis = runtimePod?.containers.some(container => container.id === id) === true;
      if (isHis || runtimePod?.sandboxes.some(sandbox => sandbox.id === id) === true) return uid;
    }
    return undefined;
  }

  #scheduleRelist(delayMs: number): void {
    this.#relistTimer?.cancel();
    this.#relistTimer = this.#means.world.clock.after(delayMs, () => this.#spawnRelist());
  }

  #spawnRelist(): void {
    if (this.#isStopped) return;
    this.#means.world.tasks.spawn('relist pods', async () => {
      try {
        await this.#relist();
        this.#scheduleRelist(relistMs);
      } catch (error) {
        this.#log.debug('cannot list what runs', { error: describeRuntimeError(error) });
        this.#scheduleRelist(relistRetryMs);
      }
    });
  }

  /** Wakes the workers of everything whose state is not what it was. */
  async #relist(): Promise<void> {
    const { runtime } = this.#means;
    this.#isRelistNear = false;
    const [sandboxes, containers] = await Promise.all([runtime.listPodSandboxes(), runtime.listContainers()]);
    const seen = new Map<string, string>();
    this.#owners.clear();
    const changed = new Set<string>();
    for (const thing of [...sandboxes, ...containers] as readonly (SandboxSummary | ContainerSummary)[]) {
      const uid = thing.labels[podUidLabel];
      if (uid === undefined) continue;
      this.#owners.set(thing.id, uid);
      seen.set(thing.id, thing.state);
      if (this.#seen.get(thing.id) !== thing.state) changed.add(uid);
    }
    this.#seen = seen;
    for (const uid of changed) this.#workers.get(uid)?.wake();
    const hasOrphans = sandboxes.some(
      ({ labels }) => this.#orphans.isOurs(labels) && !this.#isKnown(labels[podUidLabel]!),
    );
    if (hasOrphans && this.#events !== undefined) this.#spawnCleanUp();
  }

  /** A pod may be known to the API server before it has a worker. */
  #isKnown(uid: string): boolean {
    return this.#workers.has(uid) || this.#informer.list().some(pod => uidOf(pod) === uid);
  }

  #spawnCleanUp(): void {
    if (this.#isCleaning || this.#isStopped) return;
    this.#isCleaning = true;
    this.#means.world.tasks.spawn('remove orphans', () => this.#cleanUp());
  }

  /** Until nothing is left of pods that nobody knows. */
  async #cleanUp(): Promise<void> {
    const isKnown = (uid: string): boolean => this.#isKnown(uid);
    try {
      await this.#orphans.removeSandboxes(await this.#means.runtime.listPodSandboxes(), isKnown);
      await this.#orphans.removeTraces(isKnown);
      this.#isCleaning = false;
    } catch (error) {
      this.#log.warn('cannot remove what is left of deleted pods', { error: describeRuntimeError(error) });
      this.#isCleaning = false;
      this.#means.world.clock.after(cleanUpRetryMs, () => this.#spawnCleanUp());
    }
  }
}

function oldestFirst(left: Pod, right: Pod): number {
  return compareText(left.metadata.creationTimestamp ?? '', right.metadata.creationTimestamp ?? '');
}
