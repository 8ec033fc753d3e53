import type { Pod, PodStatus } from '../../api/generated/index.ts';
import { formatTime, type Log, type Timer } from '../../world/index.ts';
import { activeDeadline, deadlineExceeded, decidePod, hasWork } from '../decisions/index.ts';
import { formatPod, uidOf } from '../facts/index.ts';
import type { SandboxStatus } from '../runtime/index.ts';
import { hasRunningContainers, type RuntimePod } from '../runtime-pods/index.ts';
import { isTerminalPhase, type PhaseOverride, terminateStatus } from '../status/index.ts';
import { VolumeError } from '../volumes/index.ts';
import { Cancellation } from './cancellation.ts';
import { describeRuntimeError } from './describe-runtime-error.ts';
import type { PodMeans } from './pod-means.ts';
import { isOnlyOwnNews } from './pod-news.ts';
import { PodView } from './pod-view.ts';
import { deletePodObject, removePodTraces } from './remove-pod.ts';
import { resizePod } from './resize-pod.ts';
import { stopAllContainers } from './stop-containers.ts';
import { setUpVolumes, syncPod } from './sync-pod.ts';

/** Kubernetes: what has failed is tried again after about ten seconds; volumes at first after half a second. */
const retryMs = 10_000;
const unavailableRetryMs = 500;
const volumeRetryMsMin = 500;
const volumeRetryMsMax = 122_000;

/**
 * Where a pod stands on its node. `running`: it is to run. `terminating`: its containers are being stopped.
 * `terminated`: they are, and what they used is being given back. `done`: nothing is left to do until the API server
 * drops it. `gone`: nothing is left of it here.
 */
export type PodStage = 'running' | 'terminating' | 'terminated' | 'done' | 'gone';

export interface PodWorkerOptions {
  /** The runtime is known to have nothing of it. */
  readonly isNew: boolean;
  /** Why the node refuses to run it: it fails at once. */
  readonly rejectedBy?: PhaseOverride | undefined;
  onGone(uid: string): void;
  /** The pods that the node runs, this one among them. */
  others(): readonly Pod[];
}

/** One pod: brings it to run, keeps it running, stops it and cleans up. One step at a time; events bring the next. */
export class PodWorker {
  readonly uid: string;
  readonly #means: PodMeans;
  readonly #onGone: (uid: string) => void;
  readonly #others: () => readonly Pod[];
  readonly #log: Log;
  readonly #view: PodView;
  #pod: Pod;
  #stage: PodStage = 'running';
  #graceSeconds: number | undefined;
  #interruption = new Cancellation();
  #isWorking = false;
  #working: Promise<void> = Promise.resolve();
  #isDirty = false;
  #isRemoved = false;
  #isStopped = false;
  #volumeFailures = 0;
  #timer: Timer | undefined;

  constructor(means: PodMeans, pod: Pod, options: PodWorkerOptions) {
    this.uid = uidOf(pod);
    this.#means = means;
    this.#pod = pod;
    this.#onGone = options.onGone;
    this.#others = options.others;
    this.#log = means.world.log.child('node.pods');
    this.#view = new PodView(means);
    if (options.isNew) this.#view.assumeEmpty(pod);
    if (options.rejectedBy !== undefined) this.#reject(options.rejectedBy);
  }

  get pod(): Pod {
    return this.#pod;
  }

  get stage(): PodStage {
    return this.#stage;
  }

  get runtimePod(): RuntimePod | undefined {
    return this.#view.runtimePod;
  }

  get status(): PodStatus | undefined {
    return this.#means.statuses.get(this.uid) ?? this.#pod.status;
  }

  /** The API server has a new version of it. */
  update(pod: Pod): void {
    const before = this.#pod;
    this.#pod = pod;
    if (pod.metadata.deletionTimestamp !== undefined) this.#takeGrace(pod.metadata.deletionGracePeriodSeconds);
    if (!isOnlyOwnNews(before, pod)) this.wake();
  }

  /** The API server has it no longer. */
  remove(): void {
    this.#isRemoved = true;
    this.#takeGrace(this.#pod.metadata.deletionGracePeriodSeconds ?? this.#pod.spec.terminationGracePeriodSeconds);
    this.wake();
  }

  /** Ends it as failed: it may not run here, or not any longer. */
  fail(why: PhaseOverride, graceSeconds?: number): void {
    if (this.#view.failedBy !== undefined || this.#stage !== 'running') return;
    this.#view.failedBy = why;
    this.#takeGrace(graceSeconds ?? this.#pod.spec.terminationGracePeriodSeconds);
    this.wake();
  }

  /** Something has happened: look again. */
  wake(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#isDirty = true;
    if (this.#isWorking || this.#isStopped) return;
    this.#isWorking = true;
    this.#means.world.tasks.spawn(`pod ${this.#pod.metadata.name}`, () => {
      this.#working = this.#work();
      return this.#working;
    });
  }

  /** A probe has found something: says so at once, even while a container is being started. */
  publishReadiness(): void {
    if (this.#view.runtimePod === undefined || this.#isStopped) return;
    if (this.#stage === 'running' || this.#stage === 'terminating') this.#publish(false);
  }

  /** The agent ends; the pod is left as it is. Resolves when nothing is being done about it any more. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#timer?.cancel();
    this.#interruption.cancel('the node agent stops');
    await this.#working;
  }

  async #work(): Promise<void> {
    try {
      while (this.#isDirty && !this.#isStopped) {
        this.#isDirty = false;
        await this.#stepSafely();
      }
    } finally {
      this.#isWorking = false;
    }
  }

  async #stepSafely(): Promise<void> {
    this.#interruption = new Cancellation();
    try {
      const nextAt = await this.#step();
      if (nextAt !== undefined) this.#wakeAt(nextAt);
    } catch (error) {
      if (this.#interruption.signal.aborted) {
        this.#isDirty = true;
        return;
      }
      const delayMs = this.#retryDelay(error);
      this.#log.debug('pod cannot be brought on', {
        pod: formatPod(this.#pod),
        delayMs,
        error: describeRuntimeError(error),
      });
      this.#wakeAt(this.#now() + delayMs);
    }
  }

  #retryDelay(error: unknown): number {
    if (error instanceof VolumeError) {
      return Math.min(volumeRetryMsMax, volumeRetryMsMin * 2 ** Math.min(this.#volumeFailures++, 20));
    }
    const isPassing =
      (error as { code?: unknown }).code === 'unavailable' ||
      this.#means.facts.networkProblem !== undefined ||
      isStillReserved(error);
    return isPassing || this.#stage !== 'running' ? unavailableRetryMs : retryMs;
  }

  /** Performs what the stage asks for. Resolves to when to look again although nothing has happened. */
  async #step(): Promise<number | undefined> {
    if (this.#stage === 'running' && this.#mustEnd()) this.#enter('terminating');
    switch (this.#stage) {
      case 'running':
        return this.#run();
      case 'terminating':
        return this.#terminate();
      case 'terminated':
        return this.#giveBack();
      case 'done':
        return this.#finish();
      case 'gone':
        return undefined;
    }
  }

  #mustEnd(): boolean {
    return this.#isRemoved || this.#view.failedBy !== undefined || this.#pod.metadata.deletionTimestamp !== undefined;
  }

  #enter(stage: PodStage): void {
    this.#stage = stage;
    this.#isDirty = true;
  }

  /** Kubernetes: rejectPod. Nothing of it has ever been here. */
  #reject({ reason, message }: PhaseOverride): void {
    const { events, statuses } = this.#means;
    events.ofPod(this.#pod, 'Warning', reason, message);
    const startTime = this.#pod.status?.startTime ?? formatTime(this.#now());
    const { qosClass } = this.#pod.status ?? {};
    const { generation: observedGeneration } = this.#pod.metadata;
    const status = {
      phase: 'Failed',
      reason,
      message: `Pod was rejected: ${message}`,
      startTime,
      qosClass,
      observedGeneration,
    };
    statuses.set(this.#pod, status);
    this.#stage = 'done';
  }

  // ---- running -----------------------------------------------------------------------------------------------------

  async #run(): Promise<number | undefined> {
    if (!this.#view.isKnownEmpty || this.#view.hasFailures) await this.#view.look(this.#pod);
    const status = this.#publish(false);
    if (isTerminalPhase(status.phase)) {
      this.#graceSeconds = this.#pod.spec.terminationGracePeriodSeconds;
      this.#enter('terminating');
      return undefined;
    }
    if (this.#passDeadline(status)) return undefined;
    const runtimePod = this.#view.runtimePod!;
    const actions = decidePod(this.#pod, runtimePod, this.#means.results);
    if (!hasWork(actions)) {
      if (this.#means.volumes.mounted(this.uid) === undefined) await this.#adopt();
      await setUpVolumes(this.#means, this.#pod);
      await this.#resize(status);
      return this.#nextLook(status);
    }
    const signal = this.#interruption.signal;
    const onSandbox = (sandbox: SandboxStatus): void => this.#takeSandbox(sandbox);
    try {
      const outcomes = await syncPod(this.#means, { pod: this.#pod, runtimePod, actions, signal, onSandbox });
      this.#volumeFailures = 0;
      this.#view.takeOutcomes(outcomes);
    } finally {
      await this.#view.look(this.#pod);
      this.#publish(false);
    }
    const left = decidePod(this.#pod, this.#view.runtimePod!, this.#means.results);
    if (hasWork(left) && !this.#view.hasFailures) this.#isDirty = true;
    return this.#nextLook(status);
  }

  async #resize(status: PodStatus): Promise<void> {
    const before = this.#view.resize;
    const others = this.#others().filter(({ metadata }) => metadata.uid !== this.uid);
    const { signal } = this.#interruption;
    this.#view.resize = await resizePod(this.#means, this.#pod, status, before, others, signal);
    if (this.#view.resize !== before) this.#publish(false);
  }

  /** It ran before the agent did: what the agent keeps for its pods is made up for. */
  async #adopt(): Promise<void> {
    await this.#means.objects.register(this.#pod);
    await this.#means.cgroups.ensure(this.#pod);
  }

  #takeSandbox(sandbox: SandboxStatus): void {
    this.#view.takeSandbox(this.#pod, sandbox);
    this.#publish(false);
  }

  #passDeadline(status: PodStatus): boolean {
    const deadline = activeDeadline(this.#pod, status.startTime);
    if (deadline === undefined || this.#now() < deadline) return false;
    const { reason, message } = deadlineExceeded;
    this.#means.events.ofPod(this.#pod, 'Normal', reason, message);
    this.#view.failedBy = deadlineExceeded;
    this.#graceSeconds = this.#pod.spec.terminationGracePeriodSeconds;
    this.#enter('terminating');
    return true;
  }

  #nextLook(status: PodStatus): number | undefined {
    const times = [
      activeDeadline(this.#pod, status.startTime),
      this.#means.volumes.refreshAt(this.uid),
      ...this.#view.retryTimes(this.#now() + retryMs),
      this.#view.resize.pending === undefined ? undefined : this.#now() + retryMs,
    ];
    const known = times.filter(time => time !== undefined);
    return known.length === 0 ? undefined : Math.min(...known);
  }

  // ---- ending ------------------------------------------------------------------------------------------------------

  async #terminate(): Promise<undefined> {
    const runtimePod = await this.#view.look(this.#pod);
    this.#publish(false);
    const { runtime, world, host, events } = this.#means;
    const means = { world, runtime, probes: host.probes, events };
    await stopAllContainers(means, this.#pod, runtimePod, this.#graceSeconds, this.#interruption.signal);
    for (const sandbox of runtimePod.sandboxes) await runtime.stopPodSandbox(sandbox.id);
    if (hasRunningContainers(await this.#view.look(this.#pod)))
      throw new Error('containers still run after they were stopped');
    this.#means.probes.remove(this.uid);
    this.#publish(true);
    this.#enter('terminated');
  }

  async #giveBack(): Promise<undefined> {
    await this.#means.volumes.tearDown(this.uid);
    this.#means.objects.release(this.uid);
    await this.#means.cgroups.remove(this.uid);
    const status = terminateStatus(this.#pod, this.#publish(true), formatTime(this.#now()));
    if (!this.#isRemoved) this.#means.statuses.set(this.#pod, status);
    this.#enter('done');
  }

  /** Waits for the pod's deletion, then deletes it for good and forgets it. */
  async #finish(): Promise<undefined> {
    if (!this.#isRemoved && this.#pod.metadata.deletionTimestamp !== undefined) {
      await this.#means.statuses.flush(this.uid, this.#interruption.signal);
      await deletePodObject(this.#means, this.#pod);
    }
    if (!this.#isRemoved) return;
    await removePodTraces(this.#means, this.#pod, await this.#view.look(this.#pod));
    this.#stage = 'gone';
    this.#onGone(this.uid);
  }

  #publish(isTerminal: boolean): PodStatus {
    const probing = this.#stage === 'running' || this.#stage === 'terminating' ? this.#stage : 'over';
    return this.#view.publish(this.#pod, { isTerminal, isRemoved: this.#isRemoved, probing });
  }

  /** A shorter grace period than the one in force counts at once. */
  #takeGrace(seconds: number | undefined): void {
    const grace = seconds ?? 0;
    const isShorter = this.#graceSeconds === undefined || grace < this.#graceSeconds;
    if (this.#stage === 'running' || isShorter) this.#interruption.cancel('the pod is to end');
    if (isShorter) this.#graceSeconds = grace;
  }

  #wakeAt(at: number): void {
    this.#timer?.cancel();
    this.#timer = this.#means.world.clock.after(Math.max(0, at - this.#now()), () => this.wake());
  }

  #now(): number {
    return this.#means.world.clock.now();
  }
}

/** The runtime is still at a call that an agent before us has made: what it makes there is there soon. */
function isStillReserved(error: unknown): boolean {
  return error instanceof Error && error.message.includes('is reserved for');
}
